// `plimsoll/sampler`: the ring itself, for those who want numbers and nothing else.
export { type ErrorCode, PlimsollError } from '../errors.ts'
export { descriptions } from './descriptions.ts'
export { type Field, type FieldName, fields, type Kind, type Reason, type Rhythm, reasonTexts, type Unit } from './fields.ts'
export { type LoopRow, openSampler, type Sampler, type SamplerOptions } from './sampler.ts'
