// The ladder of severities, lowest first. Any thread; pure.

export const severities = ['INFO', 'WARNING', 'CRITICAL', 'EMERGENCY'] as const
export type Severity = (typeof severities)[number]

/** Place on the ladder: 0 for INFO to 3 for EMERGENCY. */
export function rankOf(severity: Severity): number {
	return severities.indexOf(severity)
}
