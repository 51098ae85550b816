// `plimsoll`: everything a service needs. Each part also stands alone, under its own subpath.

export type * from './alerts/index.ts'
export { createAlerts, severities } from './alerts/index.ts'
export type {
	CpuDetails,
	DiskDetails,
	InterfaceDetails,
	MountDetails,
	ResourceDetails,
} from './detection/details.ts'
export type { CurrentResourcesOptions, Detector, DetectorStats, FieldSources } from './detection/detector.ts'
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
	TrackedResources,
} from './detection/resources.ts'
export { type ErrorCode, PlimsollError } from './errors.ts'
export type { JudgedName } from './limits/judged.ts'
export { admits, type Priority, scaledFactor } from './limits/response.ts'
export { defaultResourceLimits, defaultThresholds, type ResourceLimits, type ResourceThresholds } from './limits/thresholds.ts'
export type { Agent, AgentOptions, ManagedPool, ManagerOptions, SystemConfig } from './manager/contract.ts'
export { ResourceManager } from './manager/manager.ts'
export type { SystemScalerOptions } from './manager/scalers.ts'
export {
	createModelResourceManager,
	initializeResourceManagement,
	type ResourceManagement,
} from './manager/system.ts'
export type { Availability, AvailabilityReason, Headroom } from './monitor/availability.ts'
export type { ResourceManagementConfig } from './monitor/config.ts'
export type { MonitoredDetector } from './monitor/detector.ts'
export type { Limits } from './monitor/limits.ts'
export { type Monitoring, ResourceMonitor, type UpdateCallback } from './monitor/monitor.ts'
export type { UsageHistory, UsageHistoryOptions, UsageQuery, UsageSample, UsageSummary } from './monitor/usage-history.ts'
export type * from './pool/index.ts'
export { AllocationError, createPool } from './pool/index.ts'
export type * from './scaling/index.ts'
export { createScaler, DynamicScaler } from './scaling/index.ts'
export type { Field, FieldName, Reason } from './snapshot/fields.ts'
export { type LoopRow, openSampler, type Sampler, type SamplerOptions } from './snapshot/sampler.ts'
