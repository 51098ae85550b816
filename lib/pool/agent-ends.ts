// How agents end: by a call, or with an owner of theirs; then their hooks run. On the pool's thread.
import { PlimsollError, shown } from '../errors.ts'
import { Cleanup } from './cleanup.ts'
import type { CleanupHook } from './contract.ts'
import type { PoolEvent } from './event.ts'
import { type OwnerOptions, onOwnerEnd } from './owner.ts'
import type { ResourcePool } from './pool.ts'
import type { Telling } from './telling.ts'

/** @internal */
export class AgentEnds {
	readonly #pool: ResourcePool
	readonly #telling: Telling<PoolEvent>
	readonly #cleanup: Cleanup
	/** By agent: how to stop listening for its owners. */
	readonly #owners = new Map<string, Set<() => void>>()

	constructor(pool: ResourcePool, telling: Telling<PoolEvent>) {
		this.#pool = pool
		this.#telling = telling
		this.#cleanup = new Cleanup((agentId, error) => telling.tell({ kind: 'cleanup-failed', agentId, error, atMs: pool.nowMs() }))
	}

	/** Requests and leases end within this call, and the first hook runs in it. */
	end(agentId: string, reason: string): Promise<void> {
		assertId(agentId)
		const isKnown = this.#pool.engine.agents.get(agentId) !== undefined || this.#cleanup.has(agentId) || this.#owners.has(agentId)
		for (const stop of this.#owners.get(agentId) ?? []) stop()
		this.#owners.delete(agentId)
		this.#pool.endAgentNow(agentId)
		if (isKnown) this.#telling.tell({ kind: 'agent-ended', agentId, reason, atMs: this.#pool.nowMs() })
		return this.#cleanup.run(agentId, reason)
	}

	/** After the pool's end, of these and of all who have hooks. */
	async endAll(agentIds: readonly string[], now: number): Promise<void> {
		for (const stops of this.#owners.values()) for (const stop of stops) stop()
		this.#owners.clear()
		const all = [...new Set([...this.#cleanup.agents(), ...agentIds])]
		for (const agentId of all) this.#telling.tell({ kind: 'agent-ended', agentId, reason: 'closed', atMs: now })
		await Promise.all(all.map(agentId => this.#cleanup.run(agentId, 'closed')))
	}

	onEnd(agentId: string, hook: CleanupHook): () => void {
		assertId(agentId)
		if (typeof hook !== 'function') {
			throw new PlimsollError('ERR_INVALID_ARGUMENT', `hook: expected a function, got ${shown(hook)}.`)
		}
		return this.#cleanup.add(agentId, hook)
	}

	bind(agentId: string, owner: object, options: OwnerOptions | undefined): () => void {
		assertId(agentId)
		let hasEnded = false
		const onEnd = (): void => {
			hasEnded = true
			void this.end(agentId, 'its owner has ended')
		}
		const stop = onOwnerEnd(owner, onEnd, options)
		if (hasEnded) return stop
		const stops = this.#owners.get(agentId) ?? new Set()
		this.#owners.set(agentId, stops)
		stops.add(stop)
		return () => {
			stop()
			stops.delete(stop)
			if (stops.size === 0 && this.#owners.get(agentId) === stops) this.#owners.delete(agentId)
		}
	}
}

/** @throws ERR_INVALID_ARGUMENT @internal */
export function assertId(agentId: unknown): void {
	if (typeof agentId === 'string' && agentId !== '') return
	throw new PlimsollError('ERR_INVALID_ARGUMENT', `agentId: expected a text that is not empty, got ${shown(agentId)}.`)
}
