// What scalers and limiters say, for engines beyond the process: KEDA, and Prometheus with an HPA.
export type {
	ScalingHandler,
	ScalingHandlerOptions,
	ServedLimiter,
	ServedRequest,
	ServedResponse,
	ServedScaler,
} from './contract.ts'
export { createScalingHandler } from './handler.ts'
