// Which alert is meant by the keys of the live view: one incident, wherever it stands in the list. Main thread.
import type { ResourceAlert } from '../alerts/alert.ts'

export class Selection {
	#id: string | undefined
	#place = 0

	/** The id of the incident that is selected; `undefined` where there is none. When it ends, what took its place is. */
	among(alerts: readonly ResourceAlert[]): string | undefined {
		const found = alerts.findIndex(({ id }) => id === this.#id)
		this.#place = Math.max(0, found < 0 ? Math.min(this.#place, alerts.length - 1) : found)
		this.#id = alerts[this.#place]?.id
		return this.#id
	}

	/** By so many lines down, or up. */
	move(alerts: readonly ResourceAlert[], lines: number): void {
		this.among(alerts)
		this.#place = Math.max(0, Math.min(alerts.length - 1, this.#place + lines))
		this.#id = alerts[this.#place]?.id
	}
}
