// Reads a recorded machine (test/fixtures/linux/<situation>) as `--root` does: two readings, one answer.
import { join } from 'node:path'

import { deriveResources } from '../lib/detection/derive.ts'
import type { SystemResources } from '../lib/detection/resources.ts'
import { native } from '../lib/native.ts'
import { type FieldName, fields, type Reason } from '../lib/snapshot/fields.ts'
import { Ring } from '../lib/snapshot/ring.ts'
import { Snapshot } from '../lib/snapshot/snapshot.ts'
import { windowOf } from '../lib/snapshot/window.ts'

export const fixtures: string = join(import.meta.dirname, 'fixtures', 'linux')

export interface Recorded {
	readonly snapshot: Snapshot
	readonly resources: SystemResources
	/** Every field: its value, or why it has none. */
	readonly all: { readonly [name in FieldName]?: number | Reason }
}

export async function readRecorded(root: string, between?: () => void): Promise<Recorded> {
	const reading = native().readOnce(root, '', between ? 0.2 : 0.02)
	if (between) setTimeout(between, 100)
	const ring = new Ring((await reading).buffer)
	const snapshot = new Snapshot(ring)
	const names = Object.keys(fields) as FieldName[]
	return {
		snapshot,
		resources: deriveResources(windowOf(ring, 1000, fields['loop.longest_busy_seconds'].index)),
		all: Object.fromEntries(names.map(name => [name, snapshot.value(name) ?? snapshot.why(name)])),
	}
}
