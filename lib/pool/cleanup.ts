// Clean-up hooks of agents: each once, in the order they were added, one after another, errors and hanging ones isolated.
import type { CleanupHook } from './contract.ts'

/** What a hook is given before the next one's turn. */
const hookWithinMs = 5000

/** @internal */
export class Cleanup {
	readonly #hooks = new Map<string, Set<{ readonly hook: CleanupHook }>>()
	readonly #onError: (agentId: string, error: unknown) => void

	constructor(onError: (agentId: string, error: unknown) => void) {
		this.#onError = onError
	}

	add(agentId: string, hook: CleanupHook): () => void {
		const hooks = this.#hooks.get(agentId) ?? new Set()
		this.#hooks.set(agentId, hooks)
		const entry = { hook }
		hooks.add(entry)
		return () => {
			hooks.delete(entry)
			if (hooks.size === 0 && this.#hooks.get(agentId) === hooks) this.#hooks.delete(agentId)
		}
	}

	has(agentId: string): boolean {
		return this.#hooks.has(agentId)
	}

	agents(): string[] {
		return [...this.#hooks.keys()]
	}

	/** Never rejects. The first hook runs within this call. */
	async run(agentId: string, reason: string): Promise<void> {
		const hooks = this.#hooks.get(agentId)
		this.#hooks.delete(agentId)
		if (hooks === undefined) return
		for (const entry of hooks) {
			hooks.delete(entry)
			try {
				const result = entry.hook(agentId, reason)
				if (isThenable(result)) await within(result)
			} catch (error) {
				this.#onError(agentId, error)
			}
		}
	}
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

function within(promise: PromiseLike<unknown>): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`A clean-up hook took more than ${hookWithinMs} ms.`)), hookWithinMs).unref()
		const settle = (then: () => void): void => {
			clearTimeout(timer)
			then()
		}
		promise.then(
			() => settle(resolve),
			error => settle(() => reject(error)),
		)
	})
}
