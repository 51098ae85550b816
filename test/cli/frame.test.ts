import { describe, expect, it } from 'vitest'

import { renderFrame, renderReport } from '../../lib/cli/frame.ts'
import { History } from '../../lib/cli/history.ts'
import type { Judgement } from '../../lib/cli/judgement.ts'
import type { View } from '../../lib/cli/section.ts'
import { makeTheme } from '../../lib/cli/theme.ts'
import type { SystemResources } from '../../lib/detection/resources.ts'
import { alert, judgement } from './judgements.ts'
import { busy, stats, unknown } from './resources.ts'

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const colorful = makeTheme({ color: true, ascii: false })
const plain = makeTheme({ color: false, ascii: false })
const ascii = makeTheme({ color: false, ascii: true })

// A wave, so that charts have something to show; the newest values are those of `resources`.
function viewOf(resources: SystemResources, judged?: Judgement): View {
	const history = new History()
	for (let frame = 60; frame >= 0; frame--) {
		const swing = (value: number | undefined): number | undefined => {
			return value === undefined ? undefined : value * (0.55 + 0.45 * Math.cos(frame / 5))
		}
		const { cpu, memory, disk, network, eventLoop, pressure } = resources
		history.add({
			...resources,
			cpu: { ...cpu, utilizationPercent: swing(cpu.utilizationPercent) },
			memory: { ...memory, utilizationPercent: swing(memory.utilizationPercent) },
			disk: {
				...disk,
				readBytesPerSecond: swing(disk.readBytesPerSecond),
				writtenBytesPerSecond: swing(disk.writtenBytesPerSecond),
			},
			network: {
				...network,
				receivedBytesPerSecond: swing(network.receivedBytesPerSecond),
				sentBytesPerSecond: swing(network.sentBytesPerSecond),
			},
			eventLoop: { utilizationPercent: swing(eventLoop.utilizationPercent), delayMs: swing(eventLoop.delayMs) },
			pressure: { ...pressure, cpuSomePercent: swing(pressure.cpuSomePercent) },
		})
	}
	return {
		resources,
		history,
		stats,
		why: () => undefined,
		title: ['build-7', 'Linux 6.12.0', '03:04:05'],
		judgement: judged,
		selected: judged?.alerts[1]?.id,
	}
}

const size = { columns: 80, rows: 24 }

describe('a frame', () => {
	it.each([
		['80x24 with colour', viewOf(busy), size, colorful],
		['80x24 without colour', viewOf(busy), size, plain],
		['80x24 in ASCII', viewOf(busy), size, ascii],
		['80x24 when nothing is known', viewOf(unknown), size, plain],
		['120x40', viewOf(busy), { columns: 120, rows: 40 }, plain],
		['60x15', viewOf(busy), { columns: 60, rows: 15 }, plain],
		['80x24 without alerts', viewOf(busy, judgement({ alerts: [] })), size, plain],
		['80x24 with alerts', viewOf(busy, judgement()), size, plain],
		['80x24 with alerts in colour', viewOf(busy, judgement()), size, colorful],
		['80x24 with alerts in ASCII', viewOf(busy, judgement()), size, ascii],
		['120x40 with alerts', viewOf(busy, judgement()), { columns: 120, rows: 40 }, plain],
		['60x15 with alerts', viewOf(busy, judgement()), { columns: 60, rows: 15 }, plain],
		['40x10 with alerts', viewOf(busy, judgement()), { columns: 40, rows: 10 }, plain],
	] as const)('looks as it should: %s', async (name, view, at, theme) => {
		const text = `${renderFrame(view, at, theme).join('\n')}\n`
		await expect(text).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.txt`)
	})

	it('fits every terminal', () => {
		for (const view of [viewOf(busy), viewOf(unknown), viewOf(busy, judgement()), viewOf(busy, judgement({ alerts: [] }))]) {
			for (let columns = 1; columns <= 200; columns += 7) {
				for (let rows = 1; rows <= 90; rows += 4) {
					const lines = renderFrame(view, { columns, rows }, colorful)
					expect(lines.length).toBeLessThanOrEqual(rows)
					for (const line of lines) expect(line.replace(escapes, '').length).toBeLessThan(Math.max(1, columns))
				}
			}
		}
	})

	it('says the same with and without colour', () => {
		const view = viewOf(busy, judgement())
		const painted = renderFrame(view, size, colorful).map(line => line.replace(escapes, ''))
		expect(painted).toEqual(renderFrame(view, size, plain))
	})

	it('needs nothing but ASCII where the locale has nothing else', () => {
		for (const rows of [10, 24, 50]) {
			for (const view of [viewOf(busy), viewOf(unknown), viewOf(busy, judgement())]) {
				const text = renderFrame(view, { columns: 100, rows }, ascii).join('')
				expect(text).toMatch(/^[\x20-\x7e]*$/)
			}
		}
	})

	it('tells in its last line what the keys do', () => {
		const last = (judged?: Judgement): string | undefined => renderFrame(viewOf(busy, judged), size, plain).at(-1)
		expect(last()).toBe(' q quit')
		expect(last(judgement({ alerts: [] }))).toBe(' q quit')
		expect(last(judgement())).toBe(' q quit   ↑↓ select   a acknowledge')
		const acknowledgement = { by: 'kim', reason: undefined, at: 0, severity: 'WARNING', expiresAt: undefined } as const
		const one = judgement({ alerts: [alert({ acknowledgement })] })
		const view = { ...viewOf(busy, one), selected: one.alerts[0]?.id }
		expect(renderFrame(view, size, plain).at(-1)).toBe(' q quit   a take back')
	})

	it('has a report with what is free and what is not judged', () => {
		const text = renderReport(viewOf(busy, judgement({ notJudged: ['cpu', 'diskIo'] })), 100, plain).join('\n')
		expect(text).toContain(' plimsoll  critical, 6 alerts')
		expect(text).toContain('Headroom      0.24 cores · 35.3 MiB memory · 41.9 GiB disk · 810 descriptors · 1.86 GiB heap')
		expect(text).toContain('71 tasks · -3.00 MiB/s disk I/O')
		expect(text).toContain('Not judged    cpu · diskIo · these take 5 s: see top, watch')
	})

	it('shows a limit that was set apart from one that is not known', () => {
		const unlimited: View = { ...viewOf(unknown), why: () => 'unlimited' }
		expect(renderReport(unlimited, 100, plain).join('\n')).toContain('no CPU quota')
		expect(renderReport(viewOf(unknown), 100, plain).join('\n')).not.toContain('no CPU quota')
	})

	it('never shows an unknown value as a number', () => {
		const { stats: _, ...view } = viewOf(unknown)
		const figures = renderReport({ ...view, stats: undefined, title: [] }, 100, plain).join('\n')
		expect(figures).not.toMatch(/\d|NaN|undefined/)
	})
})
