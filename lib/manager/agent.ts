// A process that the manager started, with its lease. The manager's thread.
import type { ChildProcess } from 'node:child_process'

import type { ConfinedProcess, Ended } from '../enforcement/confined.ts'
import type { Aspect, Enforced } from '../enforcement/limits.ts'
import type { Lease } from '../pool/contract.ts'
import type { Tracked } from '../tracking/tracked.ts'
import type { ProcessUsage } from '../tracking/usage.ts'
import type { Agent } from './contract.ts'

/** @internal */
export class SpawnedAgent implements Agent<string> {
	readonly lease: Lease<string>
	readonly tracked: Tracked
	readonly #confined: ConfinedProcess

	constructor(lease: Lease<string>, confined: ConfinedProcess, tracked: Tracked) {
		this.lease = lease
		this.tracked = tracked
		this.#confined = confined
	}

	get agentId(): string {
		return this.lease.agentId
	}

	get pid(): number {
		return this.#confined.pid
	}

	get process(): ChildProcess {
		return this.#confined.process
	}

	get enforced(): Enforced {
		return this.#confined.enforced
	}

	get ended(): Promise<Ended> {
		return this.#confined.ended
	}

	why(aspect: Aspect): string | undefined {
		return this.#confined.why(aspect)
	}

	usage(): ProcessUsage {
		return this.tracked.usage()
	}

	async stop(): Promise<Ended> {
		await this.#confined.remove()
		return this.#confined.ended
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.stop()
	}
}
