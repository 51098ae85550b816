import { describe, expect, it } from 'vitest'

import { bar, markOfPercent, roleOfPercent } from '../../lib/cli/bar.ts'
import { scaleOf, sparkline } from '../../lib/cli/sparkline.ts'
import { makeTheme } from '../../lib/cli/theme.ts'

const plain = makeTheme({ color: false, ascii: false })
const ascii = makeTheme({ color: false, ascii: true })

describe('a sparkline', () => {
	it.each([
		['from nothing to all', [0, 14, 28, 42, 57, 71, 85, 100], 8, ['▁▂▃▄▅▆▇█']],
		['blank where unknown', [0, Number.NaN, 100], 3, ['▁ █']],
		['the newest at the right', [100, 0, 0], 2, ['▁▁']],
		['filled up from the left', [100], 4, ['   █']],
		['never above its top', [500, -3], 2, ['█▁']],
		['empty', [], 3, ['   ']],
		['no room', [1, 2], 0, ['']],
	])('%s', (_, values, columns, lines) => expect(sparkline(values, columns, 1, 100, plain)).toEqual(lines))

	it('grows over several lines', () => {
		expect(sparkline([0, 50, 75, 100], 4, 2, 100, plain)).toEqual([' ▁▄█', '▁███'])
	})

	it('has an ASCII form', () => {
		expect(sparkline([0, 14, 28, 42, 57, 71, 85, 100], 8, 1, 100, ascii)).toEqual(['_.:-=+*#'])
	})

	it('takes its scale from what is visible, but not below the floor', () => {
		expect(scaleOf([900, 5, 7], 2, 1)).toBe(7)
		expect(scaleOf([Number.NaN, 5], 2, 20)).toBe(20)
	})
})

describe('a bar', () => {
	it.each([
		[0, '──────────'],
		[4, '╸─────────'],
		[50, '━━━━━─────'],
		[55, '━━━━━╸────'],
		[100, '━━━━━━━━━━'],
		[140, '━━━━━━━━━━'],
		[undefined, '──────────'],
	])('of %s percent is %s', (value, text) => {
		const drawn = bar(value, 10, plain)
		expect(drawn.map(part => part.text).join('')).toBe(text)
	})

	it.each([
		[undefined, 'faint', ''],
		[79.9, 'good', ''],
		[80, 'warning', '!'],
		[90, 'critical', '!!'],
	])('marks %s percent as %s, also without colour', (value, role, mark) => {
		expect(roleOfPercent(value)).toBe(role)
		expect(markOfPercent(value)).toBe(mark)
	})
})
