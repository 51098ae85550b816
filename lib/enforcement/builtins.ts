// Node's modules that only those need who start processes, loaded at their first use: together they cost 3 MB. Any thread.
type ChildProcesses = typeof import('node:child_process')
type Files = typeof import('node:fs/promises')
type Threads = typeof import('node:worker_threads')

/** @internal */
export const childProcesses = (): ChildProcesses => process.getBuiltinModule('node:child_process')

/** @internal */
export const files = (): Files => process.getBuiltinModule('node:fs/promises')

/** @internal */
export const threads = (): Threads => process.getBuiltinModule('node:worker_threads')
