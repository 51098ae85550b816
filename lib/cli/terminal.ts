// The terminal while the live view has it: entered once, written to without flicker, and given back as it was, however
// the process ends. Main thread.
import type { ReadStream, WriteStream } from 'node:tty'

import type { Size } from './frame.ts'

const csi = '\x1b['
const enterScreen = `${csi}?1049h${csi}?25l`
const leaveScreen = `${csi}?25h${csi}?1049l`
const clearScreen = `${csi}2J`
const clearRest = `${csi}K`
// Terminals that know it show a frame only once it is complete; the others ignore it.
const beginFrame = `${csi}?2026h`
const endFrame = `${csi}?2026l`
// An arrow sends several characters, begun by an escape; a key that is held down sends many of them at once.
const keys = new RegExp(`${'\x1b'}(?:\\[[0-9;?]*[@-~]|O.|.)?|.`, 'gs')
const fallback: Size = { columns: 80, rows: 24 }

export interface TerminalEvents {
	/** One key, as the terminal sends it. */
	readonly key: (key: string) => void
	readonly resize: () => void
	/** There is nobody at the keyboard any more. */
	readonly gone: () => void
}

export class Terminal {
	readonly #input: ReadStream
	readonly #output: WriteStream
	readonly #events: TerminalEvents
	#entered = false
	#shown: readonly string[] | undefined

	constructor(input: ReadStream, output: WriteStream, events: TerminalEvents) {
		this.#input = input
		this.#output = output
		this.#events = events
	}

	get size(): Size {
		const { columns, rows } = this.#output
		return { columns: columns || fallback.columns, rows: rows || fallback.rows } // some terminals say 0
	}

	enter(): void {
		if (this.#entered) return
		this.#entered = true
		process.on('exit', this.leave)
		process.on('uncaughtExceptionMonitor', this.leave) // before the error is printed, so that it can be seen
		process.on('SIGCONT', this.#resume)
		this.#output.on('resize', this.#resized)
		if (this.#input.isTTY) {
			this.#input.on('data', this.#read)
			this.#input.on('end', this.#events.gone)
			this.#input.on('error', this.#events.gone)
		}
		this.#take()
	}

	/** Safe at any time, also more than once. */
	readonly leave = (): void => {
		if (!this.#entered) return
		this.#entered = false
		process.off('exit', this.leave)
		process.off('uncaughtExceptionMonitor', this.leave)
		process.off('SIGCONT', this.#resume)
		this.#output.off('resize', this.#resized)
		this.#input.off('data', this.#read)
		this.#input.off('end', this.#events.gone) // 'error' stays heard: a terminal that hangs up fails late
		this.#giveBack()
	}

	/** Writes only the lines that differ from those on the screen. */
	draw(lines: readonly string[]): void {
		let text = this.#shown === undefined ? clearScreen : ''
		for (const [number, line] of lines.entries()) {
			if (line !== (this.#shown?.[number] ?? '')) text += `${csi}${number + 1};1H${line}${clearRest}`
		}
		this.#shown = lines
		if (text !== '') this.#output.write(beginFrame + text + endFrame)
	}

	/** The next frame is written whole. */
	forget(): void {
		this.#shown = undefined
	}

	/** Ctrl-Z: the shell gets its terminal back until it lets us go on. */
	suspend(): void {
		this.#giveBack()
		process.kill(process.pid, 'SIGTSTP')
	}

	#take(): void {
		this.forget()
		this.#output.write(enterScreen)
		if (!this.#input.isTTY) return
		this.#input.setRawMode(true)
		this.#input.resume()
	}

	#giveBack(): void {
		this.#output.write(leaveScreen)
		if (!this.#input.isTTY) return
		this.#input.setRawMode(false)
		this.#input.pause() // else it keeps the process alive
	}

	readonly #resume = (): void => {
		this.#take()
		this.#events.resize()
	}

	readonly #resized = (): void => {
		this.forget()
		this.#events.resize()
	}

	readonly #read = (data: Buffer): void => {
		const text = data.toString('latin1')
		for (const [key] of text.matchAll(keys)) this.#events.key(key)
	}
}
