// `plimsoll snapshot`: one reading, as text or JSON, derived or raw. Main thread.
import { hostname, release, type } from 'node:os'

import { reasonTexts } from '../snapshot/fields.ts'
import { renderReport } from './frame.ts'
import { History } from './history.ts'
import { prettyJson } from './json.ts'
import { type FieldReading, type Reading, readLive, readRecorded } from './reading.ts'
import type { View } from './section.ts'
import { type SettingsFlags, settingsOf } from './settings.ts'
import { plainText } from './span.ts'
import { type Theme, themeFor } from './theme.ts'

export interface SnapshotOptions {
	readonly json: boolean
	readonly raw: boolean
	readonly root: string | undefined
	readonly settings: SettingsFlags | undefined
}

const reportColumns = { least: 60, most: 120, otherwise: 100 } as const

/** The raw fields by their names. */
export function rawValues(reading: Reading): { [name: string]: number | undefined } {
	return Object.fromEntries(reading.fields.map(({ field, value }) => [field.name, value]))
}

/** Name, value and unit of each field; the reason where there is no value. */
export function rawLines(fields: readonly FieldReading[], theme: Theme): string[] {
	const nameColumns = Math.max(...fields.map(({ field }) => field.name.length))
	const values = fields.map(({ value }) => (value === undefined ? theme.unknown : String(value)))
	const valueColumns = Math.max(...values.map(value => value.length))
	return fields.map(({ field, reason }, number) => {
		const rest = reason === undefined ? field.unit : `${reason}: ${reasonTexts[reason]}`
		return `${field.name.padEnd(nameColumns)}  ${(values[number] ?? '').padStart(valueColumns)} ${rest}`
	})
}

function viewOf(reading: Reading, root: string | undefined): View {
	const reasons = new Map(reading.fields.map(({ field, reason }) => [field.name, reason]))
	const { timestamp } = reading.resources
	const when = root === undefined && timestamp !== undefined ? [new Date(timestamp).toISOString()] : []
	return {
		resources: reading.resources,
		judgement: reading.judgement,
		history: new History(),
		stats: reading.stats,
		why: name => reasons.get(name),
		title: root === undefined ? [plainText(hostname()), plainText(`${type()} ${release()}`), ...when] : [plainText(root)],
	}
}

export async function snapshot(options: SnapshotOptions): Promise<void> {
	const { root, settings } = options
	const reading = root === undefined ? await readLive(settingsOf(settings)) : await readRecorded(root)
	process.stdout.write(`${textOf(reading, options)}\n`)
}

/** The resources, and what follows from them; `availability` is unknown of a recorded machine, which nobody judged. */
export function judgedResources({ resources, judgement }: Reading): object {
	return { ...resources, availability: judgement && { ...judgement.availability, notJudged: judgement.notJudged } }
}

function textOf(reading: Reading, { json, raw, root }: SnapshotOptions): string {
	if (json) return prettyJson(raw ? rawValues(reading) : judgedResources(reading))
	const { stdout } = process
	const theme = themeFor(process.env, Boolean(stdout.isTTY), { color: true, ascii: false })
	if (raw) return rawLines(reading.fields, theme).join('\n')
	const { least, most, otherwise } = reportColumns
	const columns = Math.min(most, Math.max(least, stdout.columns || otherwise))
	return renderReport(viewOf(reading, root), columns, theme).join('\n')
}
