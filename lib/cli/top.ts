// `plimsoll top`: the live view. Main thread.
import { hostname, release, type } from 'node:os'
import { initializeResourceManagement } from '../manager/system.ts'
import type { Monitoring } from '../monitor/monitor.ts'
import { AgentList } from './agent-sections.ts'
import { renderFrame } from './frame.ts'
import { History } from './history.ts'
import { judgementOf } from './judgement.ts'
import { besideTerminal, openingOf } from './opening.ts'
import { operatorName } from './operator.ts'
import { ScalerList } from './scaler-sections.ts'
import type { View } from './section.ts'
import { Selection } from './selection.ts'
import { type SettingsFlags, settingsOf } from './settings.ts'
import { plainText } from './span.ts'
import { repeat, Stop } from './stop.ts'
import { Terminal } from './terminal.ts'
import { themeFor, type Wishes } from './theme.ts'
import type { Warnings } from './warnings.ts'
import { watch } from './watch.ts'

export interface TopOptions extends Wishes {
	readonly intervalMs: number | undefined
	readonly settings: SettingsFlags | undefined
}

const keys = {
	quit: ['q', 'Q', '\x03'],
	redraw: ['\x0c'],
	suspend: ['\x1a'],
	up: ['k', '\x1b[A', '\x1bOA'],
	down: ['j', '\x1b[B', '\x1bOB'],
	acknowledge: ['a'],
} as const satisfies { readonly [deed: string]: readonly string[] }

function deedOf(key: string): keyof typeof keys | undefined {
	return (Object.keys(keys) as (keyof typeof keys)[]).find(deed => (keys[deed] as readonly string[]).includes(key))
}

function clock(timestamp: number | undefined): string {
	return timestamp === undefined ? '' : new Date(timestamp).toTimeString().slice(0, 8)
}

/** What the live view shows, brought up to date step by step. */
class Live {
	readonly #system: Monitoring
	readonly #windowMs: number
	readonly #history = new History()
	readonly #selection = new Selection()
	readonly #agents = new AgentList()
	readonly #scalers = new ScalerList()
	view: View

	constructor(system: Monitoring, windowMs: number) {
		this.#system = system
		this.#windowMs = windowMs
		this.view = this.#read()
	}

	/** Everything, for the next frame. */
	read(): void {
		this.view = this.#read()
	}

	/** Alerts alone: they are told at once. */
	judge(): void {
		const judgement = judgementOf(this.#system)
		this.view = { ...this.view, judgement, selected: this.#selection.among(judgement.alerts) }
	}

	select(lines: number): void {
		this.#selection.move(this.view.judgement?.alerts ?? [], lines)
		this.judge()
	}

	/** Takes the selected incident on, or back. */
	acknowledge(): void {
		const { alerts } = this.#system
		const alert = alerts.get(this.view.selected ?? '')
		// Undefined: it has ended under the finger.
		if (alert?.acknowledgement !== undefined) alerts.unacknowledge(alert.id)
		else if (alert !== undefined) alerts.acknowledge(alert.id, { by: operatorName() })
		this.judge()
	}

	#read(): View {
		const { detector } = this.#system
		const resources = detector.getCurrentResources({ windowMs: this.#windowMs })
		this.#history.add(resources)
		const judgement = judgementOf(this.#system)
		const machine = [plainText(hostname()), plainText(`${type()} ${release()}`)]
		return {
			resources,
			history: this.#history,
			stats: detector.stats(),
			why: field => detector.why(field),
			judgement,
			selected: this.#selection.among(judgement.alerts),
			agents: this.#agents.read(performance.now()),
			scalers: this.#scalers.read(performance.now()),
			title: [...machine, clock(resources.timestamp)],
		}
	}
}

/** Where there is no terminal to draw on: plain lines. */
export async function top(options: TopOptions, warnings: Warnings): Promise<void> {
	if (!process.stdout.isTTY) return await watch({ ...options, alerts: false, json: false })
	const { config, intervalMs, windowMs } = besideTerminal(openingOf(options.intervalMs, settingsOf(options.settings)))
	warnings.hold()
	const system = await initializeResourceManagement(config)
	const stop = new Stop()
	const theme = themeFor(process.env, true, options)
	const live = new Live(system, windowMs)
	const draw = (): void => terminal.draw(renderFrame(live.view, terminal.size, theme))
	const after = (step: () => void) => (): void => {
		step()
		draw()
	}
	const deeds: { readonly [deed in keyof typeof keys]: () => void } = {
		quit: stop.now,
		suspend: () => terminal.suspend(),
		redraw: after(() => terminal.forget()),
		up: after(() => live.select(-1)),
		down: after(() => live.select(1)),
		acknowledge: after(() => live.acknowledge()),
	}
	const key = (pressed: string): void => {
		const deed = deedOf(pressed)
		if (deed !== undefined) deeds[deed]()
	}
	const terminal = new Terminal(process.stdin, process.stdout, { resize: draw, gone: stop.now, key })
	const redraw = after(() => live.judge())
	const forget = system.alerts.addHandler(redraw, { evenSuppressed: true })
	try {
		terminal.enter()
		draw()
		await repeat(
			intervalMs,
			stop,
			after(() => live.read()),
		)
	} finally {
		forget()
		terminal.leave()
		warnings.release()
		stop[Symbol.dispose]()
		await system.shutdown()
	}
}
