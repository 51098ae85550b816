// The policies of others, modelled; test/scaling/simulation/models.test.ts pins what each is published to do.
export { crawlee } from './models/crawlee.mjs'
export { hpa, replicasFor } from './models/hpa.mjs'
export { plain } from './models/plain.mjs'
export { watt } from './models/watt.mjs'
