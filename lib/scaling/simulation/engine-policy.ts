// Our engine as a rule in a simulation: what the scaler's shell does, in virtual time. Any thread; pure.
import { ScalingEngine } from '../engine.ts'
import type { Profile, ProfileName } from '../profile.ts'
import { resolveProfile } from '../profile-checks.ts'
import type { PolicyFactory, UnitBounds } from './policy.ts'

function within(profile: ProfileName | Profile, { min, max }: UnitBounds): Profile {
	const own = typeof profile === 'string' ? { extends: profile } : profile
	return { ...own, min, max }
}

/**
 * A rule that decides as a scaler with this profile does, on one metric, `utilization`. The simulation's bounds win over the
 * profile's own. It is not told the start-up time: where the profile learns it, it has to. It decides every full second at most.
 * @throws ERR_INVALID_OPTIONS when the simulation begins
 */
export function profilePolicy(profile: ProfileName | Profile): PolicyFactory {
	return bounds => {
		const engine = new ScalingEngine(resolveProfile(within(profile, bounds)))
		return {
			intervalSeconds: Math.max(1, Math.round(engine.profile.intervalMs / 1000)),
			decide({ atSeconds, units: from, readyUnits, utilization }) {
				const atMs = atSeconds * 1000
				const metrics = { utilization: { value: utilization, ageMs: 0 } }
				const { units } = engine.decide({ atMs, units: from, readyUnits, metrics })
				if (units !== from) engine.actuated({ startedAtMs: atMs, atMs, from, wanted: units, units, ok: true })
				return units
			},
		}
	}
}
