// Inside the VM: named checks, each reported to the host as one line of JSON. A check that throws is one that failed.
const near = (value, expected, tolerance) => typeof value === 'number' && Math.abs(value - expected) <= tolerance

function report(name, ok, detail) {
	console.log(`\nRESULT ${JSON.stringify({ name, ok, detail })}`)
}

export class Report {
	#scene = ''

	/** All checks of one situation; what it throws fails one check and the next situation goes on. */
	async scene(name, body) {
		this.#scene = name
		try {
			await body()
		} catch (error) {
			report(`${name}: runs to its end`, false, String(error?.stack ?? error))
		}
	}

	equal(name, value, expected) {
		report(`${this.#scene}: ${name}`, Object.is(value, expected), `${shown(value)}, expected ${shown(expected)}`)
	}

	near(name, value, expected, tolerance) {
		report(
			`${this.#scene}: ${name}`,
			near(value, expected, tolerance),
			`${shown(value)}, expected ${shown(expected)} ± ${shown(tolerance)}`,
		)
	}

	atLeast(name, value, least) {
		report(
			`${this.#scene}: ${name}`,
			typeof value === 'number' && value >= least,
			`${shown(value)}, expected at least ${shown(least)}`,
		)
	}

	between(name, value, least, most) {
		const ok = typeof value === 'number' && value >= least && value <= most
		report(`${this.#scene}: ${name}`, ok, `${shown(value)}, expected ${shown(least)} to ${shown(most)}`)
	}
}

function shown(value) {
	return typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : JSON.stringify(value)
}
