// `plimsoll/enforcement`: other processes with limits, what of them was enforced and by what. Main thread and workers.
export { Confined, ConfinedProcess, type Ended, type Hold } from './confined.ts'
export { Enforcement, type EnforcementOptions, type LaunchOptions, openEnforcement } from './enforcement.ts'
export type { LeftOvers } from './group.ts'
export type { GroupReading } from './group-reading.ts'
export type { Aspect, Enforced, Limits, Means, Outcome, Scheduling } from './limits.ts'
export type { Capabilities } from './plan.ts'
export { workerResourceLimits } from './worker-limits.ts'
