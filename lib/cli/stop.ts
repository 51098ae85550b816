// The wish to end, however it arrives: a signal or a key. Main thread.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** While it exists, the signals that ask a process to end settle `asked` instead. */
export class Stop implements Disposable {
	readonly asked: Promise<void>
	readonly now: () => void

	constructor() {
		const { promise, resolve } = promiseWithResolve()
		this.asked = promise
		this.now = resolve
		for (const signal of signals) process.on(signal, this.now)
	}

	[Symbol.dispose](): void {
		for (const signal of signals) process.off(signal, this.now)
	}
}

function promiseWithResolve(): { promise: Promise<void>; resolve: () => void } {
	let resolve = (): void => undefined
	const promise = new Promise<void>(settle => {
		resolve = () => settle()
	})
	return { promise, resolve }
}

/** Calls `step` now and every `intervalMs` until the wish comes. What `step` throws is thrown. */
export async function repeat(intervalMs: number, stop: Stop, step: () => void): Promise<void> {
	step()
	let timer: NodeJS.Timeout | undefined
	try {
		await new Promise<void>((resolve, reject) => {
			stop.asked.then(resolve)
			timer = setInterval(() => {
				try {
					step()
				} catch (error) {
					reject(error)
				}
			}, intervalMs)
		})
	} finally {
		clearInterval(timer)
	}
}
