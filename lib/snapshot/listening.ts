// One opener's ear: what it wants to be told of, and who is told. The thread that opened the sampler; wake-ups come from
// native through a handle that keeps nothing alive.
import { PlimsollError, shown } from '../errors.ts'
import type { Native } from '../native.ts'
import { decodeEvents, eventRoom, eventValues, type SamplerEvent } from './events.ts'
import type { FieldName } from './fields.ts'
import { encodeLines, type Line } from './lines.ts'
import { type Checks, checkOptions } from './options.ts'
import { describeServing, type PressureOptions, type PressureServing, type PressureWish, pressureWish } from './pressure.ts'
import { encodeWatchdog, type WatchdogOptions } from './watchdog.ts'

export type SamplerEventCallback = (events: readonly SamplerEvent[]) => void

export interface OnEventOptions {
	/** Also to be called after the rates were read, at most once a second. Default false. */
	readonly wakeOnRates?: boolean | undefined
}

const onEventChecks: Checks = {
	wakeOnRates: value => (typeof value === 'boolean' ? undefined : 'a boolean'),
}

/** @internal */
export class Listening {
	readonly #native: Native
	readonly #id: number
	readonly #threadId: number
	#callback: SamplerEventCallback | undefined
	#pressure: PressureWish | undefined
	#listens = false

	constructor(native: Native, id: number, threadId: number) {
		this.#native = native
		this.#id = id
		this.#threadId = threadId
	}

	setLines(lines: readonly Line[]): void {
		const numbers = encodeLines(lines)
		if (lines.length > 0) this.#listen()
		this.#native.setLines(this.#id, numbers)
	}

	onEvent(callback: SamplerEventCallback | undefined, options: OnEventOptions | undefined): void {
		if (callback !== undefined && typeof callback !== 'function') {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `onEvent(callback): expected a function, got ${shown(callback)}.`)
		}
		checkOptions('onEvent(callback, options)', options, onEventChecks)
		if (callback !== undefined) this.#listen()
		this.#callback = callback
		this.paceRates(callback !== undefined && options?.wakeOnRates === true ? 1 : 0)
	}

	/** From now on at most once in so many seconds; 0: not at all. */
	paceRates(everySeconds: number): void {
		this.#native.wakeOnRates(this.#id, everySeconds)
	}

	setWatchdog(options: WatchdogOptions | undefined): void {
		if (options === undefined) {
			this.#native.setWatchdog(this.#id, 0, 0, '')
			return
		}
		const { blockedMs, descriptor, opening } = encodeWatchdog(options, this.#threadId)
		this.#listen()
		if (!this.#native.setWatchdog(this.#id, blockedMs, descriptor, opening)) {
			throw new PlimsollError('ERR_UNSUPPORTED', 'The event loop of this thread is not watched: libuv refused.')
		}
	}

	watchPressure(options: PressureOptions | undefined): void {
		if (options === undefined) {
			this.#pressure = undefined
			this.#native.setPressure(this.#id, new Float64Array(0), false)
			return
		}
		const wish = pressureWish(options)
		this.#listen()
		this.#native.setPressure(this.#id, wish.numbers, wish.memoryEvents)
		this.#pressure = wish
	}

	pressureServing(known: (field: FieldName) => boolean): PressureServing[] {
		if (this.#pressure === undefined) return []
		return describeServing(this.#pressure, this.#native.pressureServing(this.#id), known)
	}

	get wakeUps(): number {
		return this.#native.wakeUps(this.#id)
	}

	#listen(): void {
		if (this.#listens) return
		const buffer = new Float64Array(eventRoom * eventValues)
		const told = (count: number): void => this.#callback?.(decodeEvents(buffer, count))
		if (!this.#native.listen(this.#id, told, buffer)) {
			throw new PlimsollError('ERR_UNSUPPORTED', 'This runtime has no event loop that the sampler could wake (libuv is missing).')
		}
		this.#listens = true
	}
}
