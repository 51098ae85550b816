// Text of a pattern to its tree, by RE2's rules: what these allow and JavaScript reads otherwise is refused, never guessed.
// Any thread; pure.

/** @internal */
export type Node =
	| { readonly kind: 'character'; readonly matches: (code: number) => boolean; readonly literal: string | undefined }
	| { readonly kind: 'start' | 'end' }
	| { readonly kind: 'sequence' | 'either'; readonly parts: readonly Node[] }
	| { readonly kind: 'repeated'; readonly part: Node; readonly least: number; readonly most: number }

type Test = (code: number) => boolean
type Refuse = (why: string) => Error

const between =
	(low: string, high: string): Test =>
	code =>
		code >= low.charCodeAt(0) && code <= high.charCodeAt(0)
const digit = between('0', '9')
const lower = between('a', 'z')
const upper = between('A', 'Z')
const word: Test = code => digit(code) || lower(code) || upper(code) || code === 0x5f
const space: Test = code => code === 0x20 || code === 9 || code === 10 || code === 12 || code === 13
const not =
	(test: Test): Test =>
	code =>
		!test(code)

const classes: ReadonlyMap<string, Test> = new Map([
	['d', digit],
	['D', not(digit)],
	['w', word],
	['W', not(word)],
	['s', space],
	['S', not(space)],
])
const controls: ReadonlyMap<string, string> = new Map([
	['t', '\t'],
	['n', '\n'],
	['r', '\r'],
	['f', '\f'],
	['v', '\v'],
])

/** @internal */
export function parsePattern(source: string, refuse: Refuse): Node {
	return new Parser(source, refuse).whole()
}

class Parser {
	readonly #text: readonly string[]
	readonly #refuse: Refuse
	#at = 0

	constructor(source: string, refuse: Refuse) {
		this.#text = [...source]
		this.#refuse = refuse
	}

	whole(): Node {
		const node = this.#either()
		if (this.#at < this.#text.length) throw this.#refuse('a ")" has no "("')
		return node
	}

	#take(): string | undefined {
		return this.#text[this.#at++]
	}

	#ahead(text: string): boolean {
		return [...text].every((character, i) => this.#text[this.#at + i] === character)
	}

	#skip(text: string): boolean {
		if (!this.#ahead(text)) return false
		this.#at += text.length
		return true
	}

	#either(): Node {
		const parts = [this.#sequence()]
		while (this.#skip('|')) parts.push(this.#sequence())
		const [only] = parts
		return parts.length === 1 && only ? only : { kind: 'either', parts }
	}

	#sequence(): Node {
		const parts: Node[] = []
		while (this.#at < this.#text.length && !this.#ahead('|') && !this.#ahead(')')) parts.push(this.#repeated(this.#atom()))
		return { kind: 'sequence', parts }
	}

	#repeated(part: Node): Node {
		const times = this.#times()
		if (times === undefined) return part
		this.#skip('?') // lazy: the same where the whole text has to match
		if (this.#times() !== undefined) throw this.#refuse('a repetition follows another')
		return { kind: 'repeated', part, least: times[0], most: times[1] }
	}

	#times(): readonly [number, number] | undefined {
		if (this.#skip('*')) return [0, Number.POSITIVE_INFINITY]
		if (this.#skip('+')) return [1, Number.POSITIVE_INFINITY]
		if (this.#skip('?')) return [0, 1]
		if (!this.#ahead('{')) return undefined
		const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 20).join(''))
		if (counted === null) return undefined // a brace that counts nothing stands for itself
		this.#at += counted[0].length
		const least = Number(counted[1])
		const most = counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])
		if (least > 1000 || (most > 1000 && most !== Number.POSITIVE_INFINITY)) throw this.#refuse('more than 1000 repetitions')
		if (most < least) throw this.#refuse(`${counted[0]} ends below its beginning`)
		return [least, most]
	}

	#atom(): Node {
		const character = this.#take() ?? ''
		switch (character) {
			case '(':
				return this.#group()
			case '[':
				return { kind: 'character', matches: this.#set(), literal: undefined }
			case '.':
				return { kind: 'character', matches: code => code !== 10, literal: undefined }
			case '^':
				return { kind: 'start' }
			case '$':
				return { kind: 'end' }
			case '*':
			case '+':
			case '?':
				throw this.#refuse(`nothing stands before "${character}" to be repeated`)
			case '\\': {
				const escaped = this.#escaped()
				return typeof escaped === 'string' ? literal(escaped) : { kind: 'character', matches: escaped, literal: undefined }
			}
			default:
				return literal(character)
		}
	}

	#group(): Node {
		if (this.#ahead('?') && !this.#skip('?:')) {
			throw this.#refuse('flags, named groups and look-around are not supported, only (…) and (?:…)')
		}
		const node = this.#either()
		if (!this.#skip(')')) throw this.#refuse('a "(" is not closed')
		return node
	}

	/** After a backslash: a character, or a class. */
	#escaped(): string | Test {
		const character = this.#take()
		if (character === undefined) throw this.#refuse('it ends with a backslash')
		const known = classes.get(character) ?? controls.get(character)
		if (known !== undefined) return known
		if (/^[!-/:-@[-`{-~]$/.test(character)) return character
		throw this.#refuse(`\\${character} is not supported`)
	}

	#set(): Test {
		const inverted = this.#skip('^')
		const tests: Test[] = []
		for (let first = true; first || !this.#ahead(']'); first = false) {
			if (this.#ahead('[:')) throw this.#refuse('classes by name, as [:alpha:], are not supported')
			const low = this.#member()
			if (typeof low !== 'string') {
				tests.push(low)
				continue
			}
			tests.push(this.#ahead('-') && this.#text[this.#at + 1] !== ']' ? this.#range(low) : only(low))
		}
		this.#skip(']')
		return code => tests.some(test => test(code)) !== inverted
	}

	#range(low: string): Test {
		this.#skip('-')
		const high = this.#member()
		const [from, to] = [low.codePointAt(0) ?? 0, typeof high === 'string' ? (high.codePointAt(0) ?? 0) : -1]
		if (to < from) throw this.#refuse(`a range that begins with ${low} has no end above it`)
		return code => code >= from && code <= to
	}

	#member(): string | Test {
		const character = this.#take()
		if (character === undefined) throw this.#refuse('a "[" is not closed')
		return character === '\\' ? this.#escaped() : character
	}
}

function only(character: string): Test {
	const wanted = character.codePointAt(0)
	return code => code === wanted
}

function literal(character: string): Node {
	return { kind: 'character', matches: only(character), literal: character }
}
