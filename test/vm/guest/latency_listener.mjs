// Told by the kernel of memory events, through an alert handler: sends the time of the handler's first line to its parent.
// Argument: of which ('high', 'oom'). Those found by comparing totals do not count.
import { createAlerts } from 'plimsoll/alerts'
import { openSampler } from 'plimsoll/sampler'

const wanted = process.argv[2]
const sampler = openSampler()
await sampler.ready()
const alerts = createAlerts({ rules: [{ name: 'memory', thresholds: { warning: { fire: 1, resolve: 0 } }, flapping: false }] })
alerts.onAlert((_, { event }) => {
	const atMs = Number(process.hrtime.bigint()) / 1e6
	if (event.kind === 'raised') process.send(atMs)
})
sampler.onEvent(events => {
	for (const event of events) {
		if (event.kind === 'serving') process.send('ready')
		if (event.kind !== 'memory' || event.event !== wanted || !event.pushed) continue
		alerts.observe('memory', 1)
		alerts.observe('memory', 0)
	}
})
sampler.watchPressure({ triggers: [], memoryEvents: true })
process.on('disconnect', () => process.exit())
