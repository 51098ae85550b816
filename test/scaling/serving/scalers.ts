// Real scalers on a clock that is set by hand, and what a handler answers them with.

import type { Profile, ProfileName, ScalingMetric } from '../../../lib/scaling/index.ts'
import { DynamicScaler } from '../../../lib/scaling/scaler.ts'
import type { ScalingHandlerOptions } from '../../../lib/scaling/serving/contract.ts'
import { createScalingHandler } from '../../../lib/scaling/serving/index.ts'
import { HandClock } from '../../alerts/playing.ts'

export interface Answered {
	readonly handled: boolean
	readonly status: number
	readonly headers: { readonly [name: string]: string | number }
	readonly body: string | undefined
	readonly json: { readonly [name: string]: unknown }
}

export class Serving {
	readonly clock: HandClock = new HandClock()
	readonly scalers: DynamicScaler[] = []
	units = 4

	/** With the profile's own target and bounds; decides when it is told to. */
	add(profile: ProfileName | Profile, metrics: { readonly [name: string]: ScalingMetric }, name?: string): DynamicScaler {
		const target = { get: () => this.units, set: () => undefined }
		const scaler = new DynamicScaler(target, profile, { metrics, name, clock: this.clock, timer: false, state: 'observe' })
		this.scalers.push(scaler)
		return scaler
	}

	ask(url: string, method = 'GET', options: ScalingHandlerOptions = {}): Answered {
		const handler = createScalingHandler({ scalers: this.scalers, clock: this.clock, ...options })
		const headers: Record<string, string | number> = {}
		let body: string | undefined
		const response = {
			statusCode: 0,
			setHeader: (name: string, value: string | number) => {
				headers[name.toLowerCase()] = value
			},
			end: (text?: string) => {
				body = text
			},
		}
		const handled = handler({ method, url }, response)
		const isJson = String(headers['content-type']).startsWith('application/json')
		return { handled, status: response.statusCode, headers, body, json: isJson && body !== undefined ? JSON.parse(body) : {} }
	}
}
