// `plimsoll/sampler`: the ring itself, for those who want numbers and nothing else.
export { type ErrorCode, PlimsollError } from '../errors.ts'
export { descriptions } from './descriptions.ts'
export type {
	BlockedEvent,
	EndedEvent,
	Heads,
	LineEvent,
	LostEvent,
	MemoryEvent,
	MemoryEventName,
	PressureEvent,
	PressureLevel,
	PressureResource,
	PressureSource,
	RatesEvent,
	SamplerEvent,
	ServingEvent,
} from './events.ts'
export { type Field, type FieldName, fields, type Kind, type Reason, type Rhythm, reasonTexts, type Unit } from './fields.ts'
export { type Line, mostLines } from './lines.ts'
export type { OnEventOptions, SamplerEventCallback } from './listening.ts'
export { defaultPressureTriggers, type PressureOptions, type PressureServing, type PressureTrigger } from './pressure.ts'
export { type LoopRow, openSampler, type Sampler, type SamplerOptions } from './sampler.ts'
export type { WatchdogOptions } from './watchdog.ts'
