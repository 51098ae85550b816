// `plimsoll`: everything a service needs. Each part also stands alone, under its own subpath.
export type {
	CpuDetails,
	DiskDetails,
	InterfaceDetails,
	MountDetails,
	ResourceDetails,
} from './detection/details.ts'
export type { CurrentResourcesOptions, Detector, DetectorStats } from './detection/detector.ts'
export type {
	ContainerResources,
	CpuResources,
	DiskResources,
	EventLoopResources,
	FileDescriptorResources,
	HeapResources,
	LimitedBy,
	MemoryResources,
	NetworkResources,
	PressureResources,
	ProcessResources,
	SystemResources,
} from './detection/resources.ts'
export { initializeResourceManagement, type ResourceManagement, type ResourceManagementConfig } from './detection/system.ts'
export { type ErrorCode, PlimsollError } from './errors.ts'
export type { Field, FieldName, Reason } from './snapshot/fields.ts'
export { type LoopRow, openSampler, type Sampler, type SamplerOptions } from './snapshot/sampler.ts'
