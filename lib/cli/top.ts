// `plimsoll top`: the live view. Main thread.
import { hostname, release, type } from 'node:os'

import type { ResourceManagement } from '../monitor/monitor.ts'
import { initializeResourceManagement } from '../monitor/system.ts'
import { cadenceOf } from './cadence.ts'
import { renderFrame } from './frame.ts'
import { History } from './history.ts'
import type { View } from './section.ts'
import { plainText } from './span.ts'
import { repeat, Stop } from './stop.ts'
import { Terminal } from './terminal.ts'
import { themeFor, type Wishes } from './theme.ts'
import { watch } from './watch.ts'

export interface TopOptions extends Wishes {
	readonly intervalMs: number
}

const keys = { quit: ['q', 'Q', '\x03'], redraw: '\x0c', suspend: '\x1a' } as const

function clock(timestamp: number | undefined): string {
	return timestamp === undefined ? '' : new Date(timestamp).toTimeString().slice(0, 8)
}

/** The live view's part that changes with every frame. */
export function viewOf(system: ResourceManagement, history: History, windowMs: number): View {
	const { detector } = system
	const resources = detector.getCurrentResources({ windowMs })
	history.add(resources)
	const machine = [plainText(hostname()), plainText(`${type()} ${release()}`)]
	return {
		resources,
		history,
		stats: detector.stats(),
		why: field => detector.why(field),
		title: [...machine, clock(resources.timestamp)],
	}
}

/** Where there is no terminal to draw on: plain lines. */
export async function top(options: TopOptions): Promise<void> {
	if (!process.stdout.isTTY) return await watch({ intervalMs: options.intervalMs, json: false, ascii: options.ascii })
	const cadence = cadenceOf(options.intervalMs)
	const system = await initializeResourceManagement(cadence.sampler)
	const stop = new Stop()
	const history = new History()
	const theme = themeFor(process.env, true, options)
	let view = viewOf(system, history, cadence.windowMs)
	const draw = (): void => terminal.draw(renderFrame(view, terminal.size, theme))
	const terminal = new Terminal(process.stdin, process.stdout, {
		resize: draw,
		gone: stop.now,
		key: key => {
			if ((keys.quit as readonly string[]).includes(key)) return stop.now()
			if (key === keys.suspend) return terminal.suspend()
			if (key !== keys.redraw) return
			terminal.forget()
			draw()
		},
	})
	try {
		terminal.enter()
		draw()
		await repeat(options.intervalMs, stop, () => {
			view = viewOf(system, history, cadence.windowMs)
			draw()
		})
	} finally {
		terminal.leave()
		stop[Symbol.dispose]()
		await system.shutdown()
	}
}
