// The handle of a live reservation. The pool does not hold it: so it can tell that one was lost. On the pool's thread.
import { PlimsollError, shown } from '../errors.ts'
import type { AbortSignalLike } from '../globals.ts'
import type { Amounts, AnyAmounts } from './amounts.ts'
import type { AllocateOptions, AllocationRequest, Lease } from './contract.ts'
import type { EndReason, Refusal } from './event.ts'
import type { Grant } from './grant.ts'
import type { OwnerOptions } from './owner.ts'

/** What a handle asks of its pool. @internal */
export interface LeaseHolder {
	endLease(grant: Grant, reason: EndReason): void
	resizeGrant(grant: Grant, amounts: AnyAmounts): Refusal | undefined
	touchGrant(grant: Grant): void
	bindGrant(grant: Grant, owner: object, options: OwnerOptions | undefined): () => void
	signalOf(grant: Grant): AbortSignalLike
	enforcedOf(grant: Grant): Lease['enforced']
	amountsOf(grant: Grant): AnyAmounts
	allocate(request: AllocationRequest<string>, options?: AllocateOptions<string>): Promise<Lease<string>>
	tryAllocate(request: AllocationRequest<string>, options?: AllocateOptions<string>): Lease<string> | Refusal
}

type ChildRequest = Omit<AllocationRequest<string>, 'agentId'>

/** @internal */
export class LeaseHandle implements Lease<string> {
	readonly granted = true as const
	readonly #grant: Grant
	readonly #holder: LeaseHolder

	constructor(grant: Grant, holder: LeaseHolder) {
		this.#grant = grant
		this.#holder = holder
	}

	/** The reservation behind a handle of this holder; `undefined` for anything else. */
	static grantOf(lease: unknown, holder: LeaseHolder): Grant | undefined {
		return lease instanceof LeaseHandle && lease.#holder === holder ? lease.#grant : undefined
	}

	get id(): number {
		return this.#grant.id
	}

	get agentId(): string {
		return this.#grant.agent.id
	}

	get amounts(): Amounts<string> {
		return (this.#grant.isLive ? this.#holder.amountsOf(this.#grant) : {}) as Amounts<string>
	}

	get isLive(): boolean {
		return this.#grant.isLive
	}

	get enforced(): Lease['enforced'] {
		return this.#holder.enforcedOf(this.#grant)
	}

	get signal(): AbortSignalLike {
		return this.#holder.signalOf(this.#grant)
	}

	release(): void {
		if (this.#grant.isLive) this.#holder.endLease(this.#grant, 'released')
	}

	resize(amounts: Amounts<string>): Lease<string> | Refusal {
		return this.#holder.resizeGrant(this.#grant, amounts) ?? this
	}

	touch(): void {
		if (this.#grant.isLive) this.#holder.touchGrant(this.#grant)
	}

	bind(owner: object, options?: OwnerOptions): () => void {
		return this.#holder.bindGrant(this.#grant, owner, options)
	}

	allocate(request: ChildRequest, options?: AllocateOptions<string>): Promise<Lease<string>> {
		return this.#holder.allocate(this.#child(request), { ...options, parent: this })
	}

	tryAllocate(request: ChildRequest, options?: AllocateOptions<string>): Lease<string> | Refusal {
		return this.#holder.tryAllocate(this.#child(request), { ...options, parent: this })
	}

	[Symbol.dispose](): void {
		this.release()
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.release()
	}

	#child(request: ChildRequest): AllocationRequest<string> {
		return { ...request, agentId: this.agentId } as AllocationRequest<string>
	}
}

/** @throws ERR_INVALID_ARGUMENT, ERR_CLOSED @internal */
export function parentOf(lease: unknown, holder: LeaseHolder): Grant | undefined {
	if (lease === undefined) return undefined
	const grant = LeaseHandle.grantOf(lease, holder)
	if (grant === undefined) {
		throw new PlimsollError('ERR_INVALID_ARGUMENT', `parent: expected a lease of this pool, got ${shown(lease)}.`)
	}
	if (!grant.isLive) throw new PlimsollError('ERR_CLOSED', `parent: lease ${grant.id} has ended.`)
	return grant
}
