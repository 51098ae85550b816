// `plimsoll watch`: one line per interval, as NDJSON or for people, until it is asked to stop. Main thread.
import { initializeResourceManagement } from '../manager/system.ts'
import { watchAlerts } from './alert-watch.ts'
import { compactJson } from './json.ts'
import { plainHeader, plainLine } from './lines.ts'
import { openingOf } from './opening.ts'
import { type SettingsFlags, settingsOf } from './settings.ts'
import { repeat, Stop } from './stop.ts'
import { themeFor } from './theme.ts'

export interface WatchOptions {
	/** Events of alerts instead. */
	readonly alerts: boolean
	readonly intervalMs: number | undefined
	readonly json: boolean
	readonly ascii: boolean
	readonly settings: SettingsFlags | undefined
}

export async function watch(options: WatchOptions): Promise<void> {
	const { json, alerts, settings } = options
	if (alerts) return await watchAlerts(settings)
	const { config, intervalMs, windowMs } = openingOf(options.intervalMs, settingsOf(settings))
	const stop = new Stop() // before anything is awaited: a signal at the start ends it cleanly too
	const system = await initializeResourceManagement(config)
	const theme = themeFor(process.env, false, { color: false, ascii: options.ascii })
	const print = (line: string): unknown => process.stdout.write(`${line}\n`)
	try {
		if (!json) print(plainHeader())
		await repeat(intervalMs, stop, () => {
			const resources = system.detector.getCurrentResources({ windowMs })
			print(json ? compactJson(resources) : plainLine(resources, theme))
		})
	} finally {
		stop[Symbol.dispose]()
		await system.shutdown()
	}
}
