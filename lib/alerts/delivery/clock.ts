// The time and timers that delivery goes by, so that tests can bring their own. Any thread.

export interface Clock {
	/** Monotonic, in milliseconds. */
	now(): number
	/** Does not keep the process alive, save where `keepAlive`. */
	setTimeout(run: () => void, ms: number, keepAlive?: boolean): unknown
	clearTimeout(timer: unknown): void
}

/** @internal */
export const systemClock: Clock = {
	now: () => performance.now(),
	setTimeout: (run, ms, keepAlive = false) => {
		const timer = setTimeout(run, ms)
		return keepAlive ? timer : timer.unref()
	},
	clearTimeout: timer => clearTimeout(timer as NodeJS.Timeout),
}
