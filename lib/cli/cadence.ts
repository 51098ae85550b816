// From the one interval that a user gives to the sampler's rhythms and the window of the rates. Pure. Main thread.
import type { SamplerOptions } from '../snapshot/sampler.ts'

export interface Cadence {
	readonly sampler: SamplerOptions
	readonly windowMs: number
}

const gaugeMs = 80
const rateMs = 1000
const shortestWindowMs = 250 // below it, a kernel that counts CPU time in 10 ms steps has little to say
const readingsInReach = 60 // a window spans at most half a ring, 64 readings

/** What is shown every `intervalMs` covers just that time: nothing in between goes unseen. */
export function cadenceOf(intervalMs: number): Cadence {
	const oneOfMany = Math.ceil(intervalMs / readingsInReach)
	return {
		sampler: {
			sampleIntervalMs: Math.max(Math.min(gaugeMs, intervalMs), oneOfMany),
			rateIntervalMs: Math.max(Math.min(rateMs, intervalMs), oneOfMany),
		},
		windowMs: Math.max(intervalMs, shortestWindowMs),
	}
}
