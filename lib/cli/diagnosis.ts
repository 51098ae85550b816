// What `plimsoll doctor` finds out: the binary, the system, and of every field its source, reason and cost.
// Main thread; native reads on libuv's pool.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { release, type } from 'node:os'
import { join } from 'node:path'

import { libcOfProcess, native, packageRoot, type ReaderCost } from '../native.ts'
import { type Kind, layoutId, type Reason, type Rhythm, reasonTexts, type Unit } from '../snapshot/fields.ts'
import type { PressureServing } from '../snapshot/pressure.ts'
import { type ControlGroups, parseControlGroups } from './control-groups.ts'
import { kernelServing } from './kernel-serving.ts'
import { proofOf } from './proof.ts'
import { existingDirectory, type FieldReading, readLive, readRecorded } from './reading.ts'

export interface FieldDiagnosis {
	readonly name: string
	readonly value: number | undefined
	readonly unit: Unit
	readonly kind: Kind
	readonly rhythm: Rhythm
	/** Empty where no reader of this platform knows the field. */
	readonly source: string
	readonly reason: Reason | undefined
	readonly why: string | undefined
	/** What the reader of this field costs in the field's rhythm, all its fields together. */
	readonly costNs: number | undefined
}

export interface Diagnosis {
	readonly version: string
	readonly binary: string
	readonly layoutId: number
	readonly node: string
	readonly platform: string
	readonly arch: string
	readonly libc: string | undefined
	/** How far this platform's binary has been tried before a release. */
	readonly tried: string
	readonly kernel: string | undefined
	readonly cgroup: ControlGroups
	/** The recorded machine that this is about. */
	readonly root: string | undefined
	readonly fields: readonly FieldDiagnosis[]
	/** What serves the default triggers of pressure and the memory events. Empty for a recorded machine. */
	readonly kernelEvents: readonly PressureServing[]
	/** Empty for a recorded machine: reading plain files costs something else. */
	readonly readers: readonly ReaderCost[]
}

const kernelFile = '/proc/sys/kernel/osrelease'
const cgroupFile = '/proc/self/cgroup'
/** What the diagnosis reads itself, beside what native reads: part of a recording. */
export const ownFiles: readonly string[] = [kernelFile, cgroupFile]

const costRounds = 50

export function packageVersion(): string {
	const text = readFileSync(join(packageRoot, 'package.json'), 'utf8')
	return (JSON.parse(text) as { version: string }).version
}

function binaryPath(): string {
	const require = createRequire(import.meta.url)
	native() // first, for it tells node-gyp-build the libc
	return (require('node-gyp-build') as { path(folder: string): string }).path(packageRoot)
}

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8')
	} catch {
		return undefined
	}
}

// 'container.cpu' is the reader of 'container.cpu_quota_cores', 'cpu' that of 'cpu.load_1m'; the longest name decides.
function costOf(reading: FieldReading, readers: readonly ReaderCost[]): number | undefined {
	const { name, rhythm } = reading.field
	const owners = readers.filter(({ noun }) => name.startsWith(`${noun}.`) || name.startsWith(`${noun}_`))
	const owner = owners.sort((a, b) => b.noun.length - a.noun.length)[0]
	if (owner === undefined) return undefined
	return { gauge: owner.gaugeNs, rate: owner.rateNs, slow: owner.slowNs }[rhythm]
}

/** @throws ERR_INVALID_ARGUMENT */
export async function diagnose(root: string | undefined): Promise<Diagnosis> {
	const directory = root === undefined ? '' : existingDirectory(root)
	const live = root === undefined
	const watched = live ? process.cwd() : ''
	const reading = root === undefined ? await readLive() : await readRecorded(root)
	const sources = await native().sources(directory, watched, 0)
	const kernelEvents = live ? await kernelServing() : []
	const readers = live ? await native().costs('', watched, costRounds) : []
	return {
		version: packageVersion(),
		binary: binaryPath(),
		layoutId,
		node: process.version,
		platform: process.platform,
		arch: process.arch,
		libc: libcOfProcess(),
		tried: proofOf(process.platform, process.arch, libcOfProcess()),
		kernel: live ? `${type()} ${release()}` : textOf(directory + kernelFile)?.trim(),
		cgroup: parseControlGroups(textOf(directory + cgroupFile) ?? ''),
		root: live ? undefined : directory,
		fields: reading.fields.map((one, number) => ({
			name: one.field.name,
			value: one.value,
			unit: one.field.unit,
			kind: one.field.kind,
			rhythm: one.field.rhythm,
			source: sources[number] ?? '',
			reason: one.reason,
			why: one.reason === undefined ? undefined : reasonTexts[one.reason],
			costNs: costOf(one, readers),
		})),
		kernelEvents,
		readers,
	}
}
