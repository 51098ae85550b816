// Resources with a few known figures; all others are unknown.
import { deriveResources } from '../../lib/detection/derive.ts'
import type { SystemResources } from '../../lib/detection/resources.ts'

const nothing = deriveResources({
	values: new Float64Array(0),
	bytes: new Uint8Array(0),
	gauge: 0,
	gaugeBefore: -1,
	rate: 0,
	rateBefore: -1,
	rateSeconds: Number.NaN,
	slow: 0,
	longestBusySeconds: Number.NaN,
	gaugeReasons: 0,
	rateReasons: 0,
	slowReasons: 0,
})

type Some<T> = { readonly [part in keyof T]?: T[part] extends object ? Partial<T[part]> : T[part] }

export function resourcesWith(known: Some<SystemResources>): SystemResources {
	const parts = Object.entries(nothing).map(([part, unknown]) => {
		const more = (known as { readonly [part: string]: object | undefined })[part]
		return [part, typeof unknown === 'object' ? { ...unknown, ...more } : (more ?? unknown)]
	})
	return Object.fromEntries(parts) as SystemResources
}
