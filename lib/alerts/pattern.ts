// Regular expressions in time linear in the text, whatever the pattern: matchers come from outside, and backtracking could
// hold up the event loop for minutes. Syntax and meaning are RE2's (https://github.com/google/re2/wiki/Syntax), less
// flags, named groups, word boundaries and Unicode classes, which are refused. Any thread.
import { PlimsollError, shown } from '../errors.ts'
import { type Node, parsePattern } from './pattern-syntax.ts'

/** @internal */
export const longestPattern = 256
const mostSteps = 1000

/** One step of the automaton: a character, or free ways on. */
type Step =
	| { readonly kind: 'character'; readonly matches: (code: number) => boolean }
	| { readonly kind: 'ways'; to: number[] }
	| { readonly kind: 'start' | 'end' | 'match' }

/** Anchored at both ends, as Prometheus' and Alertmanager's are. */
export class Pattern {
	readonly source: string
	readonly #literals: ReadonlySet<string> | undefined
	readonly #steps: readonly Step[] = []

	/** @throws ERR_INVALID_ARGUMENT */
	constructor(source: string) {
		this.source = source
		if (source.length > longestPattern) throw refused(source, `it has more than ${longestPattern} characters`)
		const node = parsePattern(source, why => refused(source, why))
		this.#literals = literalsOf(node)
		if (this.#literals === undefined) this.#steps = compiled(node, source)
	}

	matches(text: string): boolean {
		return this.#literals?.has(text) ?? this.#run(text)
	}

	// Thompson's simulation: all states at once, so that no text makes it try again.
	#run(text: string): boolean {
		let current = new Set<number>()
		this.#enter(0, current, true, text === '')
		let index = 0
		while (index < text.length && current.size > 0) {
			const code = text.codePointAt(index) ?? 0
			index += code > 0xffff ? 2 : 1
			const next = new Set<number>()
			for (const at of current) {
				const step = this.#steps[at]
				if (step?.kind === 'character' && step.matches(code)) this.#enter(at + 1, next, false, index === text.length)
			}
			current = next
		}
		return current.has(this.#steps.length - 1)
	}

	// Adds a step and all that can be reached from it without a character.
	#enter(first: number, into: Set<number>, atStart: boolean, atEnd: boolean): void {
		const open = [first]
		for (let at = open.pop(); at !== undefined; at = open.pop()) {
			if (into.has(at)) continue
			into.add(at)
			const step = this.#steps[at]
			if (step?.kind === 'ways') open.push(...step.to)
			else if ((step?.kind === 'start' && atStart) || (step?.kind === 'end' && atEnd)) open.push(at + 1)
		}
	}
}

function refused(source: string, why: string): PlimsollError {
	return new PlimsollError('ERR_INVALID_ARGUMENT', `${shown(source)} is no pattern for a matcher: ${why}.`)
}

// Most patterns are words with bars between them; these need no automaton.
function literalsOf(node: Node): ReadonlySet<string> | undefined {
	const words = new Set<string>()
	for (const word of node.kind === 'either' ? node.parts : [node]) {
		let text = ''
		for (const part of word.kind === 'sequence' ? word.parts : [word]) {
			if (part.kind !== 'character' || part.literal === undefined) return undefined
			text += part.literal
		}
		words.add(text)
	}
	return words
}

function compiled(node: Node, source: string): readonly Step[] {
	const steps: Step[] = []
	const add = (step: Step): number => {
		if (steps.length >= mostSteps) throw refused(source, 'its repetitions make it too large')
		return steps.push(step) - 1
	}
	emit(node, steps, add)
	add({ kind: 'match' })
	return steps
}

function emit(node: Node, steps: readonly Step[], add: (step: Step) => number): void {
	switch (node.kind) {
		case 'character':
		case 'start':
		case 'end':
			add(node)
			return
		case 'sequence':
			for (const part of node.parts) emit(part, steps, add)
			return
		case 'either':
			emitEither(node.parts, steps, add)
			return
		case 'repeated':
			emitRepeated(node, steps, add)
	}
}

function emitEither(parts: readonly Node[], steps: readonly Step[], add: (step: Step) => number): void {
	const fork: number[] = []
	add({ kind: 'ways', to: fork })
	const ends: number[][] = []
	for (const part of parts) {
		fork.push(steps.length)
		emit(part, steps, add)
		const end: number[] = []
		add({ kind: 'ways', to: end })
		ends.push(end)
	}
	for (const end of ends) end.push(steps.length)
}

function emitRepeated(node: Node & { kind: 'repeated' }, steps: readonly Step[], add: (step: Step) => number): void {
	for (let n = 0; n < node.least; n++) {
		const before = steps.length
		emit(node.part, steps, add)
		if (steps.length === before) break // of nothing, any number is nothing
	}
	if (node.most === Number.POSITIVE_INFINITY) {
		const fork: number[] = []
		const back = add({ kind: 'ways', to: fork })
		fork.push(steps.length)
		emit(node.part, steps, add)
		add({ kind: 'ways', to: [back] })
		fork.push(steps.length)
		return
	}
	const forks: number[][] = []
	for (let n = node.least; n < node.most; n++) {
		const fork = [steps.length + 1]
		add({ kind: 'ways', to: fork })
		forks.push(fork)
		emit(node.part, steps, add)
	}
	for (const fork of forks) fork.push(steps.length)
}
