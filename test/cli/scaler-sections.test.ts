// The rows of scalers in the live view, as text.
import { expect, test } from 'vitest'

import type { ScalerHere } from '../../lib/scaling/published.ts'
import { plainFrame } from './plain-frame.ts'

const scaler = (name: string, more: Partial<ScalerHere> = {}): ScalerHere => ({
	pid: 7,
	name,
	profile: 'service',
	state: 'auto',
	verdict: 'up',
	units: 5,
	wanted: 5,
	wish: 5,
	reason: 'service: up from 4 to 5 units, load at 83 % of 4 ready asks for 5.',
	at: 0,
	goodForMs: 1,
	...more,
})

const frame = (scalers: readonly ScalerHere[]): string[] => plainFrame({ scalers })

test('units, the last decision and its reason; names cannot write on the terminal', () => {
	const text = frame([
		scaler('workers'),
		scaler('looking', { wanted: 7, wish: 8, state: 'observe' }),
		scaler('\x1b[2Jred', { verdict: 'hold', wish: 9, reason: 'x'.repeat(300) }),
	])
	const at = text.findIndex(line => line.includes('workers'))
	expect(text[at]).toMatch(/workers\s+5 units\s+last: up\s.*service.*pid 7/)
	expect(text[at + 1]).toContain('load at 83 % of 4 ready asks for 5.')
	expect(text.find(line => line.includes('looking'))).toMatch(/5 units\s+last: up to 7\s.*observe/)
	expect(text.find(line => line.includes('red'))).toMatch(/last: hold.*asked for 9/)
	expect(text.join('')).not.toContain('\x1b[2J')
	expect(text.every(line => line.length <= 119)).toBe(true)
	expect(text.some(line => line.includes('xxxxxxxx'))).toBe(true)
})

test('of many the first eight, and how many more; of none nothing', () => {
	const text = frame(Array.from({ length: 11 }, (_, i) => scaler(`s${i}`)))
	expect(text.filter(line => line.includes('last: up'))).toHaveLength(8)
	expect(text.some(line => /Scalers\s+11\s+3 not shown/.test(line))).toBe(true)
	expect(frame([]).some(line => line.includes('Scalers'))).toBe(false)
})
