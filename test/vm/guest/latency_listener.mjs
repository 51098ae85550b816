// Told by the kernel of memory.high, through an alert handler: sends the time of the handler's first line to its parent.
import { createAlerts } from 'plimsoll/alerts'
import { openSampler } from 'plimsoll/sampler'

const sampler = openSampler()
await sampler.ready()
const alerts = createAlerts({ rules: [{ name: 'high', thresholds: { warning: { fire: 1, resolve: 0 } }, flapping: false }] })
alerts.onAlert((_, { event }) => {
	const atMs = Number(process.hrtime.bigint()) / 1e6
	if (event.kind === 'raised') process.send(atMs)
})
sampler.onEvent(events => {
	for (const event of events) {
		if (event.kind === 'serving' && sampler.pressureServing().at(-1)?.served === 'pushed') process.send('ready')
		if (event.kind !== 'memory' || event.event !== 'high') continue
		alerts.observe('high', 1)
		alerts.observe('high', 0)
	}
})
sampler.watchPressure({ triggers: [], memoryEvents: true })
process.on('disconnect', () => process.exit())
