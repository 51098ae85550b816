// Gets back below a budget that has shrunk: shrink, caches, throttle, then one victim after the other, each with its grace. Part of
// the reducer: time comes from outside, and what is done outside is an effect.
import type { Engine } from './engine.ts'
import type { ReclaimStep } from './event.ts'
import { type Grant, infoOf } from './grant.ts'
import { elasticOf, overUsersOf, planOf, victimsOf } from './victims.ts'

type Stage = 'shrink' | 'caches' | 'throttle' | 'preempt' | 'exhausted'

interface Reclaim {
	readonly d: number
	stage: Stage
	/** The next step is not before. */
	dueAt: number
	victim: Grant | undefined
	/** The victim was given its grace again, because nobody could have used it. */
	isExtended: boolean
	/** How much was missing when nothing more could be taken back. */
	missing: number
}

/** @internal */
export class Reclaimer {
	readonly #engine: Engine
	readonly #active = new Map<number, Reclaim>()
	#isToLook = false

	constructor(engine: Engine) {
		this.#engine = engine
	}

	get dueAt(): number {
		let dueAt = Number.POSITIVE_INFINITY
		if (this.#active.size === 0) return dueAt
		for (const reclaim of this.#active.values()) dueAt = Math.min(dueAt, reclaim.dueAt)
		return dueAt
	}

	/** Capacity or measured use have changed. */
	look(): void {
		this.#isToLook = true
	}

	/** Whether a dimension is open again. */
	review(now: number): boolean {
		if (!this.#isToLook && this.#active.size === 0) return false
		const { used, budget } = this.#engine.ledger
		if (this.#isToLook) {
			for (let d = 0; d < used.length; d++) {
				const excess = (used[d] as number) - (budget[d] as number)
				if (excess > 0) this.#begin(d, excess, now)
			}
		}
		this.#isToLook = false
		let isOpen = false
		for (const reclaim of [...this.#active.values()]) if (this.#advance(reclaim, now)) isOpen = true
		return isOpen
	}

	plan(d: number, budget: number): readonly ReclaimStep[] {
		return planOf(this.#engine, d, this.#target(budget))
	}

	stop(): void {
		this.#active.clear()
	}

	// Once for each time that it lasts; again where nothing was left to take back, and much more is missing now.
	#begin(d: number, excess: number, now: number): void {
		const { mode, minReclaimPercent } = this.#engine.settings.reclaim
		const known = this.#active.get(d)
		if (known !== undefined) {
			const more = ((this.#engine.ledger.budget[d] as number) * Math.max(1, minReclaimPercent)) / 100
			if (known.stage !== 'exhausted' || excess <= known.missing + more) return
			Object.assign(known, { stage: 'shrink', dueAt: now })
			this.#close(d, true)
			return
		}
		this.#active.set(d, { d, stage: 'shrink', dueAt: now, victim: undefined, isExtended: false, missing: 0 })
		this.#tellState('overcommitted', d, now)
		if (mode === 'act') this.#close(d, true)
		if (mode !== 'observe') return
		for (const action of this.plan(d, this.#engine.ledger.budget[d] as number)) this.#tell(d, action, true, now)
	}

	// Whether the dimension is open again.
	#advance(reclaim: Reclaim, now: number): boolean {
		const { d } = reclaim
		const { ledger, settings } = this.#engine
		const acts = settings.reclaim.mode === 'act'
		for (;;) {
			const budget = ledger.budget[d] as number
			const enough = acts && reclaim.stage !== 'exhausted' ? this.#target(budget) : budget
			if (!((ledger.used[d] as number) > enough)) {
				this.#active.delete(d)
				if (reclaim.victim !== undefined) reclaim.victim.isNoticed = false
				this.#close(d, false)
				this.#tellState('recovered', d, now)
				return true
			}
			if (!acts || reclaim.stage === 'exhausted') {
				reclaim.dueAt = Number.POSITIVE_INFINITY
				return false
			}
			const isWaiting = reclaim.victim === undefined || reclaim.victim.isLive
			if (isWaiting && now < reclaim.dueAt) return false
			this.#step(reclaim, (ledger.used[d] as number) - enough, now)
		}
	}

	#step(reclaim: Reclaim, need: number, now: number): void {
		switch (reclaim.stage) {
			case 'shrink':
				this.#shrink(reclaim.d, now)
				reclaim.stage = 'caches'
				return
			case 'caches':
				reclaim.stage = 'throttle'
				this.#emptyCaches(reclaim, need, now)
				return
			case 'throttle':
				reclaim.stage = 'preempt'
				this.#throttle(reclaim, now)
				return
			default:
				this.#preempt(reclaim, need, now)
		}
	}

	#shrink(d: number, now: number): void {
		const { ledger, settings } = this.#engine
		const target = this.#target(ledger.budget[d] as number)
		for (const grant of elasticOf(this.#engine, d)) {
			const need = (ledger.used[d] as number) - target
			if (need <= 0) return
			const units = grant.units.slice()
			const taken = Math.min(need, (units[d] as number) - (grant.terms.min?.[d] as number))
			units[d] = (units[d] as number) - taken
			this.#engine.replace(grant, units, now)
			const lease = infoOf(grant, settings.dimensions)
			this.#tell(d, { step: 'shrink', lease, amount: this.#amount(d, taken) }, false, now)
			this.#notice(grant, 'shrink', 0, d)
		}
	}

	#emptyCaches(reclaim: Reclaim, need: number, now: number): void {
		const { settings } = this.#engine
		if (!settings.canReclaimCaches) return
		const amount = this.#amount(reclaim.d, need)
		this.#tell(reclaim.d, { step: 'caches', amount }, false, now)
		const dimension = settings.dimensions.names[reclaim.d] as string
		this.#engine.effect({
			kind: 'enforce',
			call: { step: 'reclaimCaches', pressed: { dimension, amount, reason: 'overcommitted' } },
		})
		reclaim.dueAt = now + settings.reclaim.settleMs
	}

	#throttle(reclaim: Reclaim, now: number): void {
		const { settings } = this.#engine
		const { d } = reclaim
		if (!settings.canThrottle || !settings.each[d]?.compressible) return
		const dimension = settings.dimensions.names[d] as string
		for (const [agent, over] of overUsersOf(this.#engine, d)) {
			const amount = this.#amount(d, over)
			this.#tell(d, { step: 'throttle', agentId: agent.id, amount }, false, now)
			const pressed = { dimension, amount, reason: 'overcommitted' } as const
			this.#engine.effect({ kind: 'enforce', call: { step: 'throttle', agentId: agent.id, pressed } })
			reclaim.dueAt = now + settings.reclaim.settleMs
		}
	}

	// One victim; the next only after it has gone and what is used has been looked at again.
	#preempt(reclaim: Reclaim, need: number, now: number): void {
		const { settings } = this.#engine
		const { victim, d } = reclaim
		if (victim?.isLive && this.#mayStay(reclaim, victim, now)) return
		if (victim !== undefined) {
			if (victim.isLive) this.#revoke(victim, d, need, now)
			reclaim.victim = undefined
			reclaim.dueAt = victim.agent.measured === undefined ? now : now + settings.reclaim.settleMs
			return
		}
		const next = victimsOf(this.#engine, d)[0]
		if (next === undefined) {
			reclaim.stage = 'exhausted'
			const shortBy = (this.#engine.ledger.used[d] as number) - (this.#engine.ledger.budget[d] as number)
			reclaim.missing = Math.max(reclaim.missing, shortBy)
			this.#close(d, false)
			if (shortBy > 0) {
				const dimension = settings.dimensions.names[d] as string
				this.#engine.tell({ kind: 'unreclaimable', dimension, shortBy: this.#amount(d, shortBy) }, now)
			}
			return
		}
		const graceMs = next.terms.graceMs ?? settings.reclaim.graceMs
		next.isNoticed = true
		Object.assign(reclaim, { victim: next, dueAt: now + graceMs, isExtended: false })
		const lease = infoOf(next, settings.dimensions)
		this.#tell(d, { step: 'preempt', lease, amount: this.#amount(d, next.units[d] as number) }, false, now)
		this.#notice(next, 'preempt', graceMs, d)
	}

	// A loop that was blocked for its grace could not use it: once more.
	#mayStay(reclaim: Reclaim, victim: Grant, now: number): boolean {
		const graceMs = victim.terms.graceMs ?? this.#engine.settings.reclaim.graceMs
		if (now < reclaim.dueAt) return true
		if (reclaim.isExtended || graceMs === 0 || now - reclaim.dueAt <= Math.max(graceMs / 2, 50)) return false
		reclaim.isExtended = true
		reclaim.dueAt = now + graceMs
		return true
	}

	#revoke(victim: Grant, d: number, need: number, now: number): void {
		const { dimensions } = this.#engine.settings
		const pressed = {
			dimension: dimensions.names[d] as string,
			amount: this.#amount(d, need),
			reason: 'overcommitted',
		} as const
		const lease = infoOf(victim, dimensions)
		this.#engine.effect({ kind: 'enforce', call: { step: 'stop', agentId: victim.agent.id, pressed, lease } })
		this.#engine.revoke(victim, 'preempted', now)
	}

	#notice(grant: Grant, step: 'shrink' | 'preempt', graceMs: number, d: number): void {
		if (grant.terms.onReclaim === undefined) return
		const { dimensions } = this.#engine.settings
		const reason = `${dimensions.names[d]} is overcommitted`
		this.#engine.effect({ kind: 'notice', grant, notice: { step, lease: infoOf(grant, dimensions), graceMs, reason } })
	}

	#close(d: number, isClosed: boolean): void {
		this.#engine.ledger.isClosed[d] = isClosed
		this.#engine.ledger.version++
	}

	#target(budget: number): number {
		return Math.floor(budget * (1 - this.#engine.settings.reclaim.minReclaimPercent / 100))
	}

	#amount(d: number, units: number): number {
		return this.#engine.settings.dimensions.amount(d, units)
	}

	#tell(d: number, action: ReclaimStep, dryRun: boolean, now: number): void {
		const dimension = this.#engine.settings.dimensions.names[d] as string
		this.#engine.tell({ kind: 'reclaim', dimension, action, dryRun }, now)
	}

	#tellState(kind: 'overcommitted' | 'recovered', d: number, now: number): void {
		const { ledger, settings } = this.#engine
		const used = this.#amount(d, ledger.used[d] as number)
		const budget = this.#amount(d, ledger.budget[d] as number)
		this.#engine.tell({ kind, dimension: settings.dimensions.names[d] as string, used, budget }, now)
	}
}
