// The pushed half of bench:latency.
export async function pushedLatencies() {
	return { latencies: undefined, by: undefined, reason: 'not measured' }
}
