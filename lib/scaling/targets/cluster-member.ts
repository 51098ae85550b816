// One process of a cluster, from its start to its end. In the primary process.
import type { AbortSignalLike } from '../../globals.ts'
import { systemClock } from '../../time/clock.ts'
import type { ClusterWorkerLike } from './cluster.ts'
import { isLoadReport } from './cluster-worker.ts'

/** So many reports may be missing before nothing is known of a process any more. */
const reportsMissed = 3

/** @internal */
export class ClusterMember {
	readonly id: number
	readonly #worker: ClusterWorkerLike
	state: 'starting' | 'ready'
	/** Started in the place of one that ended by itself, or by others: nobody waits for it. */
	isReplacement = false
	/** Resolves when its process has ended. */
	readonly ended: Promise<void>
	#exit: string | undefined
	#isRetired = false
	#onChange: () => void = () => {}
	#startTimer: NodeJS.Timeout | undefined
	#grace: NodeJS.Timeout | undefined
	#report: { readonly share: number; readonly atMs: number; readonly goodUntilMs: number } | undefined

	constructor(
		worker: ClusterWorkerLike,
		readyOn: 'listening' | 'online',
		isReady: boolean,
		events: { readonly ready: () => void; readonly ended: () => void },
	) {
		this.id = worker.id
		this.#worker = worker
		this.state = isReady ? 'ready' : 'starting'
		const ready = (): void => {
			clearTimeout(this.#startTimer)
			this.state = 'ready'
			events.ready()
			this.#onChange()
		}
		if (readyOn === 'listening') worker.on('listening', ready)
		else worker.on('online', ready)
		worker.on('message', message => this.#take(message))
		this.ended = new Promise(resolve => {
			worker.on('exit', (code, signal) => {
				clearTimeout(this.#startTimer)
				clearTimeout(this.#grace)
				this.#exit = signal ?? `exit code ${code}`
				events.ended()
				this.#onChange()
				resolve()
			})
		})
	}

	/** It is killed if it is not ready by then. */
	startWithin(ms: number): void {
		this.#startTimer = setTimeout(() => this.#kill(), ms).unref()
	}

	/** When it is ready, or is not wanted any more. Rejects if it ends before, and with the signal's reason. */
	started(signal: AbortSignalLike | undefined): Promise<void> {
		return new Promise((resolve, reject) => {
			const abort = (): void => settle(() => reject((signal as AbortSignal).reason))
			const settle = (tell: () => void): void => {
				this.#onChange = () => {}
				;(signal as AbortSignal | undefined)?.removeEventListener('abort', abort)
				tell()
			}
			const look = (): void => {
				if (this.#isRetired) settle(resolve)
				else if (this.#exit !== undefined)
					settle(() => reject(new Error(`Process ${this.id} ended while it started: ${this.#exit}.`)))
				else if (this.state === 'ready') settle(resolve)
			}
			this.#onChange = look
			if (signal?.aborted) abort()
			else (signal as AbortSignal | undefined)?.addEventListener('abort', abort, { once: true })
			look()
		})
	}

	/** No new connections; it ends when those that it has do, at the latest after the grace. One that does not serve yet ends at once. */
	retire(graceMs: number): void {
		this.#isRetired = true
		this.#onChange()
		if (this.state !== 'ready' || !this.#worker.isConnected()) {
			this.#kill()
			return
		}
		this.#worker.disconnect()
		this.#grace = setTimeout(() => this.#kill(), graceMs).unref()
	}

	/** How busy it was, unless it has not told for too long. */
	report(now: number): { readonly share: number; readonly atMs: number } | undefined {
		return this.#report !== undefined && now <= this.#report.goodUntilMs ? this.#report : undefined
	}

	#kill(): void {
		if (!this.#worker.isDead()) this.#worker.process.kill('SIGKILL')
	}

	#take(message: unknown): void {
		if (!isLoadReport(message)) return
		const atMs = systemClock.monotonicMs()
		const share = message.plimsollEventLoopUtilization
		this.#report = { share, atMs, goodUntilMs: atMs + reportsMissed * message.everyMs }
	}
}
