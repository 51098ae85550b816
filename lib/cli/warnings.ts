// Warnings of the process, as a state file that was refused: one line each, and none of them over the live view. Main thread.

export class Warnings {
	#held: string[] | undefined

	/** Puts itself in place of Node's own printer. */
	constructor() {
		process.removeAllListeners('warning')
		process.on('warning', this.#tell)
	}

	/** From now on they wait. */
	hold(): void {
		this.#held ??= []
	}

	/** Those that wait are told now. */
	release(): void {
		const held = this.#held ?? []
		this.#held = undefined
		for (const text of held) process.stderr.write(text)
	}

	readonly #tell = (warning: Error): void => {
		const { code, message } = warning as NodeJS.ErrnoException
		const text = `plimsoll: warning: ${code === undefined || message.startsWith(code) ? '' : `${code}: `}${message}\n`
		if (this.#held === undefined) process.stderr.write(text)
		else this.#held.push(text)
	}
}
