// Why a text is no JSON, and where: JSON.parse() does not always say it, and takes the last of two equal names in silence.
// Pure functions. Main thread.
import { shown } from '../errors.ts'

export interface SyntaxProblem {
	/** From 1. */
	readonly line: number
	readonly column: number
	readonly message: string
}

const deepest = 64 // far below what recursion has room for, far above what a configuration needs

const blanks = /[ \t\n\r]*/y
const quoted = /"[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*"/y
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y
const comment = /\/[/*]/y

class Refused extends Error {
	readonly at: number

	constructor(at: number, message: string) {
		super(message)
		this.at = at
	}
}

class Reader {
	readonly #text: string
	#at = 0

	constructor(text: string) {
		this.#text = text
	}

	/** @throws Refused */
	document(): void {
		this.#value(0)
		this.#skip()
		if (this.#at < this.#text.length) throw this.#refusal('the end')
	}

	#value(depth: number): void {
		if (depth > deepest) throw new Refused(this.#at, `lists and objects within each other go deeper than ${deepest}`)
		this.#skip()
		const first = this.#text[this.#at]
		if (first === '{') this.#members(depth)
		else if (first === '[') this.#items(depth)
		else if (this.#take(scalar) === undefined && this.#string() === undefined) throw this.#refusal('a value')
	}

	#members(depth: number): void {
		const names = new Set<string>()
		this.#at++
		if (this.#closes('}')) return
		for (;;) {
			this.#skip()
			const start = this.#at
			const text = this.#string()
			if (text === undefined) throw this.#refusal('a name in quotation marks')
			const name = JSON.parse(text) as string
			if (names.has(name)) throw new Refused(start, `the name ${shown(name)} is here twice`)
			names.add(name)
			if (!this.#closes(':')) throw this.#refusal(`a colon after ${shown(name)}`)
			this.#value(depth + 1)
			if (this.#closes('}')) return
			if (!this.#closes(',')) throw this.#refusal('a comma or }')
		}
	}

	#items(depth: number): void {
		this.#at++
		if (this.#closes(']')) return
		for (;;) {
			this.#value(depth + 1)
			if (this.#closes(']')) return
			if (!this.#closes(',')) throw this.#refusal('a comma or ]')
		}
	}

	#string(): string | undefined {
		const start = this.#at
		const text = this.#take(quoted) ?? ''
		for (let at = 0; at < text.length; at++) {
			if (text.charCodeAt(at) < 0x20) throw new Refused(start + at, 'expected a quotation mark before the line ends')
		}
		return text === '' ? undefined : text
	}

	#closes(character: string): boolean {
		this.#skip()
		if (this.#text[this.#at] !== character) return false
		this.#at++
		return true
	}

	#skip(): void {
		this.#take(blanks)
	}

	#take(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#at
		const taken = pattern.exec(this.#text)?.[0]
		if (taken !== undefined) this.#at += taken.length
		return taken
	}

	#refusal(expected: string): Refused {
		const { length } = this.#text
		if (this.#at >= length) return new Refused(length, `expected ${expected}, got the end of the file`)
		if (this.#take(comment) !== undefined) return new Refused(this.#at - 2, 'JSON has no comments')
		const found = /^(?:[\w.+-]+|.)/su.exec(this.#text.slice(this.#at, this.#at + 40))?.[0] ?? ''
		return new Refused(this.#at, `expected ${expected}, got ${shown(found)}`)
	}
}

/** `undefined`: it is JSON, no object has two members of one name, and it is not absurdly deep. */
export function syntaxProblem(text: string): SyntaxProblem | undefined {
	try {
		new Reader(text).document()
		return undefined
	} catch (error) {
		if (!(error instanceof Refused)) throw error
		const before = text.slice(0, error.at).split('\n')
		return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: error.message }
	}
}
