// What tests take from the benchmark: the policies of others, modelled (test/scaling/simulation/models.test.ts pins what each is
// published to do), the loads, and how they are compared.
export { defeatsOf, meansOfAll, mostActionsPerHour, runAll } from './comparison.mjs'
export { loads } from './loads.mjs'
export { crawlee } from './models/crawlee.mjs'
export { hpa, replicasFor } from './models/hpa.mjs'
export { plain } from './models/plain.mjs'
export { watt } from './models/watt.mjs'
export { modelled } from './policies.mjs'
