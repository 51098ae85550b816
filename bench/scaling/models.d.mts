// Types of models.mjs for tests, which are TypeScript.
import type { makeTrace, PolicyFactory, ScalingMeasures, simulate } from '../../lib/scaling/index.ts'

export const crawlee: PolicyFactory
export const plain: PolicyFactory
export const watt: PolicyFactory
export function hpa(target?: number): PolicyFactory
export function replicasFor(current: number, ready: number, ratio: number): number
export const modelled: { readonly [name: string]: PolicyFactory }

export interface Load {
	readonly hours: number
	readonly noise: number
}
export const loads: { readonly [name: string]: Load }

type Means = { readonly [measure in keyof ScalingMeasures]: number }
type Of<T> = { readonly [load: string]: { readonly [startupSeconds: string]: { readonly [policy: string]: T } } }

export function runAll(
	simulation: { readonly makeTrace: typeof makeTrace; readonly simulate: typeof simulate },
	plan: {
		readonly loads: { readonly [name: string]: Load }
		readonly policies: { readonly [name: string]: PolicyFactory }
		readonly startupSeconds: readonly number[]
		readonly seeds: readonly number[]
	},
): Of<readonly ScalingMeasures[]>
export function meansOfAll(runs: Of<readonly ScalingMeasures[]>): Of<Means>
export function defeatsOf(
	results: Of<Means>,
	ours: string,
): readonly { readonly load: string; readonly startupSeconds: number; readonly by: string }[]
export function mostActionsPerHour(results: Of<Means>, ours: string): number
