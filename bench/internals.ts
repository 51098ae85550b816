// What bench/internals.mjs hands to benchmarks.
export { ResourceDetector } from '../lib/detection/detector.ts'
export { fields } from '../lib/snapshot/fields.ts'
export { Ring } from '../lib/snapshot/ring.ts'
export { OpenSampler } from '../lib/snapshot/sampler.ts'
