// How a command opens the monitor: what it needs itself, and over that what the user set. Main thread.
import { isatty } from 'node:tty'

import type { ResourceManagementConfig } from '../monitor/config.ts'
import { cadenceOf } from './cadence.ts'

export interface Opening {
	readonly intervalMs: number
	/** Of the rates that are shown. */
	readonly windowMs: number
	readonly config: ResourceManagementConfig
}

const defaultIntervalMs = 1000
const standardError = 2
/** Nobody waits for the loop of a command: it is blocked whenever the reader of its output is slow. */
const quiet: ResourceManagementConfig = { watchdog: false }

export function openingOf(intervalMs: number | undefined, settings: ResourceManagementConfig): Opening {
	const chosen = intervalMs ?? settings.updateIntervalMs ?? defaultIntervalMs
	const { sampler, windowMs } = cadenceOf(chosen)
	return { intervalMs: chosen, windowMs, config: { ...quiet, ...sampler, ...settings } }
}

/** The same where the terminal is drawn on: the sampler's thread must not write there. */
export function besideTerminal(opening: Opening): Opening {
	const { watchdog } = opening.config
	if (!watchdog || !isatty(watchdog.descriptor ?? standardError)) return opening
	return { ...opening, config: { ...opening.config, watchdog: { ...watchdog, descriptor: -1 } } }
}

/** One reading, which leaves no trace: the state of alerts is of those that go on. */
export function readingConfig(settings: ResourceManagementConfig): ResourceManagementConfig {
	const { stateFile, ...alerts } = settings.alerts ?? {}
	return { ...quiet, ...settings, alerts }
}
