// `plimsoll watch --alerts`: every alert event as one line of JSON, until it is asked to stop. Main thread.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

import type { AlertEvent } from '../alerts/alert.ts'
import { initializeResourceManagement } from '../manager/system.ts'
import { compactJson } from './json.ts'
import { openingOf } from './opening.ts'
import { type SettingsFlags, settingsOf } from './settings.ts'
import { Stop } from './stop.ts'

// Handlers are not told of what is silenced or inhibited, nor of the first events before they are added; the channel is.
const channel = 'plimsoll:alert'
const longestTimerMs = 2 ** 31 - 1

/** The line of an event; what is unknown is null. */
export function eventLine({ sequence, kind, at, alert, previousSeverity, evidence }: AlertEvent): string {
	return compactJson({ sequence, kind, at: new Date(at).toISOString(), atMs: at, previousSeverity, alert, evidence })
}

export async function watchAlerts(flags: SettingsFlags | undefined): Promise<void> {
	const { config } = openingOf(undefined, settingsOf(flags))
	const print = (event: unknown): unknown => process.stdout.write(`${eventLine(event as AlertEvent)}\n`)
	const stop = new Stop() // before anything is awaited: a signal at the start ends it cleanly too
	const alive = setInterval(() => undefined, longestTimerMs) // the system keeps nothing alive
	subscribe(channel, print)
	try {
		const system = await initializeResourceManagement(config)
		try {
			await stop.asked
		} finally {
			await system.shutdown()
		}
	} finally {
		unsubscribe(channel, print)
		clearInterval(alive)
		stop[Symbol.dispose]()
	}
}
