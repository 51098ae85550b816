// Types of models.mjs for tests, which are TypeScript.
import type { PolicyFactory } from '../../lib/scaling/simulation/policy.ts'

export const crawlee: PolicyFactory
export const plain: PolicyFactory
export const watt: PolicyFactory
export function hpa(target?: number): PolicyFactory
export function replicasFor(current: number, ready: number, ratio: number): number
