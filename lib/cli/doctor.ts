// `plimsoll doctor`: a diagnosis as text or JSON, and the machine recorded into a directory. Main thread.
import type { ReaderCost } from '../native.ts'
import { type Rhythm, reasonTexts } from '../snapshot/fields.ts'
import type { PressureServing } from '../snapshot/pressure.ts'
import type { ControlGroups } from './control-groups.ts'
import { type Diagnosis, diagnose, type FieldDiagnosis } from './diagnosis.ts'
import { prettyJson } from './json.ts'
import { wishText } from './kernel-serving.ts'
import { type Recording, record } from './recording.ts'
import { plainText } from './span.ts'
import { paint, type Theme, themeFor } from './theme.ts'
import { bytes, nanoseconds } from './units.ts'

export interface DoctorOptions {
	readonly json: boolean
	readonly root: string | undefined
	readonly record: string | undefined
}

const rhythmNames: { readonly [rhythm in Rhythm]: string } = { gauge: 'gauge', rate: 'rate', slow: 'slow' }

function controlGroupText({ version, groups, path }: ControlGroups, theme: Theme): string {
	if (version === undefined) return 'none'
	const paths = [...new Set(groups.map(group => group.path))]
	if (paths.length === 1) return `${version}${theme.separator}${plainText(paths[0] ?? '')}`
	return `${version}${theme.separator}memory in ${plainText(path ?? '')}`
}

function heading(diagnosis: Diagnosis, theme: Theme): string[] {
	const { version, binary, libc, node, platform, arch, kernel, cgroup, root } = diagnosis
	const rows: [string, string][] = [
		['binary', `${plainText(binary)} (layout ${diagnosis.layoutId})`],
		['runtime', [`Node ${node}`, `${platform}-${arch}`, ...(libc === undefined ? [] : [libc])].join(theme.separator)],
		['tried', diagnosis.tried],
		['kernel', plainText(kernel ?? theme.unknown)],
		['cgroup', controlGroupText(cgroup, theme)],
	]
	if (root !== undefined) rows.push(['recorded in', plainText(root)])
	return [
		paint(`plimsoll ${version}`, 'title', theme),
		...rows.map(([name, text]) => `  ${paint(name.padEnd(12), 'faint', theme)}${text}`),
	]
}

/** 23.5 GiB beside a count of bytes, else the number as it is. */
export function valueText({ value, unit }: Pick<FieldDiagnosis, 'value' | 'unit'>, theme: Theme): string {
	if (value === undefined) return theme.unknown
	if (unit === 'bytes') return bytes(value)
	const text = Number.isInteger(value) ? String(value) : value.toFixed(3)
	return unit === 'seconds' ? `${text} s` : unit === 'cores' ? `${text} cores` : text
}

function fieldLines(fields: readonly FieldDiagnosis[], theme: Theme): string[] {
	const names = Math.max(...fields.map(({ name }) => name.length))
	const values = fields.map(field => valueText(field, theme))
	const columns = Math.max(...values.map(value => value.length))
	const costs = fields.map(({ costNs }) => (costNs === undefined ? '' : nanoseconds(costNs, theme.micro)))
	return [
		paint(`  ${'field'.padEnd(names)}  ${'value'.padStart(columns)}  rhythm      cost  source`, 'faint', theme),
		...fields.map(({ name, rhythm, source, reason, why }, number) => {
			const value = (values[number] ?? '').padStart(columns)
			const cost = (costs[number] ?? '').padStart(8)
			const role = reason === 'unlimited' || reason === 'unsupported' ? 'faint' : 'warning' // nothing is wrong with these
			const unknown = reason === undefined ? '' : paint(`${reason}: ${why}`, role, theme)
			const from = [plainText(source), unknown].filter(text => text !== '').join(theme.separator)
			return `  ${name.padEnd(names)}  ${value}  ${rhythmNames[rhythm].padEnd(6)}  ${cost}  ${from}`
		}),
	]
}

// Said by the kernel itself, or found by comparing totals, or by nobody: then the reason.
function kernelLines(events: readonly PressureServing[], theme: Theme): string[] {
	if (events.length === 0) return []
	const names = Math.max(...events.map(one => wishText(one).length))
	return [
		paint(`  ${'kernel event'.padEnd(names)}  served  by`, 'faint', theme),
		...events.map(one => {
			const { served, why, from, windowMs, trigger } = one
			const taken = windowMs === undefined || windowMs === trigger?.windowMs ? [] : [`window ${windowMs / 1000} s`]
			const unknown = why === undefined ? [] : [paint(`${why}: ${reasonTexts[why]}`, 'faint', theme)]
			const by = [plainText(from), ...taken, ...unknown].filter(text => text !== '').join(theme.separator)
			return `  ${wishText(one).padEnd(names)}  ${served.padEnd(6)}  ${by}`
		}),
	]
}

function readerLines(readers: readonly ReaderCost[], theme: Theme): string[] {
	if (readers.length === 0) return []
	const names = Math.max(...readers.map(({ noun }) => noun.length))
	const cell = (ns: number): string => nanoseconds(ns, theme.micro).padStart(9)
	const row = (name: string, one: Omit<ReaderCost, 'noun'>): string =>
		`  ${name.padEnd(names)}  ${cell(one.gaugeNs)} ${cell(one.rateNs)} ${cell(one.slowNs)}`
	const sum = (key: 'gaugeNs' | 'rateNs' | 'slowNs'): number => readers.reduce((total, reader) => total + reader[key], 0)
	return [
		paint(`  ${'reader'.padEnd(names)}  ${['gauges', 'rates', 'slow'].map(name => name.padStart(9)).join(' ')}`, 'faint', theme),
		...readers.map(reader => row(reader.noun, reader)),
		paint(row('all', { gaugeNs: sum('gaugeNs'), rateNs: sum('rateNs'), slowNs: sum('slowNs') }), 'strong', theme),
	]
}

function recordingLines({ directory, files, directories, skipped }: Recording, theme: Theme): string[] {
	return [
		`Recorded ${files} files and ${directories} directories in ${plainText(directory)}.`,
		...skipped.map(({ path, why }) => paint(`  skipped ${plainText(path)}: ${why}`, 'warning', theme)),
		`Read it again with: plimsoll snapshot --root ${plainText(directory)}`,
	]
}

/** @throws ERR_INVALID_ARGUMENT */
export async function doctor(options: DoctorOptions): Promise<void> {
	const recording = options.record === undefined ? undefined : await record(options.record)
	const diagnosis = await diagnose(options.root)
	const { stdout } = process
	if (options.json) {
		stdout.write(`${prettyJson({ ...diagnosis, recording })}\n`)
		return
	}
	const theme = themeFor(process.env, Boolean(stdout.isTTY), { color: true, ascii: false })
	const parts = [
		heading(diagnosis, theme),
		fieldLines(diagnosis.fields, theme),
		kernelLines(diagnosis.kernelEvents, theme),
		readerLines(diagnosis.readers, theme),
		recording === undefined ? [] : recordingLines(recording, theme),
	]
	const text = parts.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
	stdout.write(`${text.join('\n\n')}\n`)
}
