// What this project's own tests and benchmarks need of the package as it is shipped. Not exported: no user of the package gets it.
export * as derive from './detection/derive.ts'
export * as detector from './detection/detector.ts'
export * as native from './native.ts'
export * as fields from './snapshot/fields.ts'
export * as ring from './snapshot/ring.ts'
export * as sampler from './snapshot/sampler.ts'
export * as snapshot from './snapshot/snapshot.ts'
export * as window from './snapshot/window.ts'
