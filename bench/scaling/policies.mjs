// The policies that are compared: ours, and those that others use.
import { crawlee } from './models/crawlee.mjs'
import { hpa } from './models/hpa.mjs'
import { watt } from './models/watt.mjs'

/** @import { PolicyFactory } from '../../lib/scaling/simulation/policy.ts' */

/** Is measured against the others. */
export const ours = 'default'

/** Those of others. `hpa` holds 80 %, the API's default; `hpa-60` the 60 % that many set. @type {{ readonly [name: string]: PolicyFactory }} */
export const modelled = { hpa: hpa(), 'hpa-60': hpa(0.6), watt, crawlee }
