// One reading of everything, of this machine or of a recorded one. Main thread; a recorded one is read on libuv's pool.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'

import { deriveResources } from '../detection/derive.ts'
import type { DetectorStats } from '../detection/detector.ts'
import type { SystemResources } from '../detection/resources.ts'
import { PlimsollError, shown } from '../errors.ts'
import { initializeResourceManagement } from '../manager/system.ts'
import type { ResourceManagementConfig } from '../monitor/config.ts'
import { native } from '../native.ts'
import { type Field, type FieldName, fields, type Reason } from '../snapshot/fields.ts'
import { Ring } from '../snapshot/ring.ts'
import { allFields, Snapshot } from '../snapshot/snapshot.ts'
import { windowOf } from '../snapshot/window.ts'
import { type Judgement, judgementOf, notYetJudged } from './judgement.ts'
import { readingConfig } from './opening.ts'

export interface FieldReading {
	readonly field: Field
	readonly value: number | undefined
	readonly reason: Reason | undefined
}

export interface Reading {
	readonly resources: SystemResources
	/** `undefined` for a recorded machine. */
	readonly judgement: Judgement | undefined
	readonly fields: readonly FieldReading[]
	/** `undefined` for a recorded machine. */
	readonly stats: DetectorStats | undefined
}

interface Readable {
	value(name: FieldName): number | undefined
	why(name: FieldName): Reason | undefined
}

function fieldsOf(source: Readable): FieldReading[] {
	return allFields.map(field => ({ field, value: source.value(field.name), reason: source.why(field.name) }))
}

export async function readLive(settings: ResourceManagementConfig = {}): Promise<Reading> {
	const system = await initializeResourceManagement(readingConfig(settings))
	try {
		const { detector } = system
		const resources = detector.getCurrentResources()
		return {
			resources,
			judgement: judgementOf(system, notYetJudged(system)),
			fields: fieldsOf(detector),
			stats: detector.stats(),
		}
	} finally {
		await system.shutdown()
	}
}

/**
 * A recording is one moment: its counters stand still, so it has no rates. They are unknown, not 0.
 * @throws ERR_INVALID_ARGUMENT
 */
export async function readRecorded(directory: string): Promise<Reading> {
	const { buffer } = await native().readOnce(existingDirectory(directory), '', 0)
	const ring = new Ring(buffer)
	const window = windowOf(ring, 1, fields['loop.longest_busy_seconds'].index)
	return {
		resources: deriveResources({ ...window, gaugeBefore: -1, rateBefore: -1 }),
		judgement: undefined,
		fields: fieldsOf(new Snapshot(ring)),
		stats: undefined,
	}
}

/** The absolute path of the value of `--root`. @throws ERR_INVALID_ARGUMENT */
export function existingDirectory(directory: string): string {
	const path = resolve(directory)
	if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `--root: there is no directory ${shown(path)}.`)
}
