// `plimsoll watch`: one line per interval, as NDJSON or for people, until it is asked to stop. Main thread.
import { initializeResourceManagement } from '../monitor/system.ts'
import { cadenceOf } from './cadence.ts'
import { compactJson } from './json.ts'
import { plainHeader, plainLine } from './lines.ts'
import { repeat, Stop } from './stop.ts'
import { themeFor } from './theme.ts'

export interface WatchOptions {
	readonly intervalMs: number
	readonly json: boolean
	readonly ascii: boolean
}

export async function watch(options: WatchOptions): Promise<void> {
	const { intervalMs, json } = options
	const cadence = cadenceOf(intervalMs)
	const stop = new Stop() // before anything is awaited: a signal at the start ends it cleanly too
	const system = await initializeResourceManagement(cadence.sampler)
	const theme = themeFor(process.env, false, { color: false, ascii: options.ascii })
	const print = (line: string): unknown => process.stdout.write(`${line}\n`)
	try {
		if (!json) print(plainHeader())
		await repeat(intervalMs, stop, () => {
			const resources = system.detector.getCurrentResources({ windowMs: cadence.windowMs })
			print(json ? compactJson(resources) : plainLine(resources, theme))
		})
	} finally {
		stop[Symbol.dispose]()
		await system.shutdown()
	}
}
