// What follows of a decision and is carried out after it: settled promises, ended ties, events, calls to enforcement. Types only.

import type { ReclaimNotice } from './contract.ts'
import type { Pressed } from './enforcement.ts'
import type { EndReason, Happening, LeaseInfo, WaitEnd } from './event.ts'
import type { Grant } from './grant.ts'
import type { Waiter } from './lane.ts'

/** @internal */
export type Effect =
	| { readonly kind: 'granted'; readonly waiter: Waiter; readonly grant: Grant }
	| { readonly kind: 'unserved'; readonly waiter: Waiter; readonly reason: WaitEnd; readonly waitedMs: number }
	| { readonly kind: 'ended'; readonly grant: Grant; readonly reason: EndReason }
	| { readonly kind: 'notice'; readonly grant: Grant; readonly notice: ReclaimNotice }
	| { readonly kind: 'enforce'; readonly call: EnforcementCall }
	| { readonly kind: 'event'; readonly happening: Happening; readonly atMs: number }

/** @internal */
export type EnforcementCall =
	| { readonly step: 'reclaimCaches'; readonly pressed: Pressed }
	| { readonly step: 'throttle'; readonly agentId: string; readonly pressed: Pressed }
	| { readonly step: 'unthrottle'; readonly agentId: string }
	| { readonly step: 'stop'; readonly agentId: string; readonly pressed: Pressed; readonly lease: LeaseInfo | undefined }
