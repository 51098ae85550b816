// Counts the checks of run.mjs and keeps them as JSON in a file: under qemu and Wine standard output is not to be relied on.
// Node's own modules only, so that it travels to any machine with the package.
import { writeFileSync } from 'node:fs'

const slowestMs = 60_000 // emulators are slow

/** The checks of one run; `save()` may be called at any time, a crash then leaves what was known. */
export class Results {
	#file
	#facts
	#checks = []
	#skipped = []

	constructor(file, facts) {
		this.#file = file
		this.#facts = facts
	}

	/** Runs one check; what it throws is its failure. What it returns is a fact to keep. */
	async check(name, body) {
		const startedAt = performance.now()
		const entry = { name, ok: true }
		let timer
		try {
			const late = new Promise((_, reject) => {
				timer = setTimeout(reject, slowestMs, new Error(`not done in ${slowestMs} ms`))
			})
			const note = await Promise.race([body(), late])
			if (note !== undefined) entry.note = note
		} catch (error) {
			entry.ok = false
			entry.error = String(error?.stack ?? error)
		} finally {
			clearTimeout(timer)
		}
		entry.ms = Math.round(performance.now() - startedAt)
		this.#checks.push(entry)
		if (!entry.ok) print(`FAIL  ${name}\n${entry.error}`)
	}

	/** For what cannot be tried here. */
	skip(name, why) {
		this.#skipped.push({ name, why })
		print(`skip  ${name}: ${why}`)
	}

	/** Adds a fact about the machine or the binary. */
	note(facts) {
		Object.assign(this.#facts, facts)
	}

	get failed() {
		return this.#checks.filter(({ ok }) => !ok).length
	}

	get summary() {
		return `${this.#checks.length - this.failed} passed, ${this.failed} failed`
	}

	/** Writes the file. `finished` only once the process ends by itself. */
	save(finished) {
		if (this.#file === undefined) return
		const counts = { passed: this.#checks.length - this.failed, failed: this.failed, skipped: this.#skipped }
		const content = { finished, ...this.#facts, ...counts, checks: this.#checks }
		writeFileSync(this.#file, `${JSON.stringify(content, undefined, '\t')}\n`)
	}
}

/** A line on standard output, where there is one that takes it. */
export function print(line) {
	try {
		console.log(line)
	} catch {
		// Wine: the results are in the file
	}
}
