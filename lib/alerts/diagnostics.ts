// Every alert event on Node's diagnostics_channel `plimsoll:alert`: costs nothing while nobody subscribes. Any thread.
import { channel } from 'node:diagnostics_channel'
import type { AlertEvent } from './alert.ts'

const alerts = channel('plimsoll:alert')

/** @internal */
export function publish(event: AlertEvent): void {
	if (alerts.hasSubscribers) alerts.publish(event)
}
