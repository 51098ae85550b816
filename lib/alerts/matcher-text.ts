// The short text form of matchers, as Alertmanager's: `{severity=~"WARNING|CRITICAL", disk!="/tmp"}`, braces and quotation
// marks optional. Any thread; pure.
import { PlimsollError, shown } from '../errors.ts'

/** Not checked yet. */
interface Parsed {
	readonly name: string
	readonly op: string
	readonly value: string
}

const longestText = 4096

/** @throws ERR_INVALID_ARGUMENT @internal */
export function parseMatchers(text: string): readonly Parsed[] {
	if (text.length > longestText) throw wrong(text, `it has more than ${longestText} characters`)
	const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? text
	const found: Parsed[] = []
	let at = 0
	for (;;) {
		const one = parseOne(inner, at, text)
		found.push(one.matcher)
		const separator = /\s*(,\s*)?/y
		separator.lastIndex = one.end
		const comma = separator.exec(inner)?.[1]
		at = separator.lastIndex
		if (at === inner.length) return found
		if (comma === undefined) throw wrong(text, `expected a comma before ${shown(inner.slice(at))}`)
	}
}

function parseOne(inner: string, at: number, text: string): { matcher: Parsed; end: number } {
	const head = /\s*([^\s=!~{},"]+)\s*(=~|!=|!~|=)\s*/y
	head.lastIndex = at
	const [, name = '', op = ''] = head.exec(inner) ?? []
	if (op === '') throw wrong(text, `expected a label and one of = != =~ !~ at ${shown(inner.slice(at))}`)
	const start = head.lastIndex === 0 ? at : head.lastIndex
	if (inner[start] === '"') {
		const quoted = /"((?:[^"\\]|\\.)*)"/sy
		quoted.lastIndex = start
		const value = quoted.exec(inner)?.[1]
		if (value === undefined) throw wrong(text, 'a quotation mark is not closed')
		return { matcher: { name, op, value: unescaped(value) }, end: quoted.lastIndex }
	}
	const bare = /[^\s"{},=~!][^\s"{},]*/y
	bare.lastIndex = start
	const value = bare.exec(inner)?.[0]
	if (value === undefined) throw wrong(text, `expected a value in quotation marks after ${name}${op}`)
	return { matcher: { name, op, value }, end: bare.lastIndex }
}

// A backslash before anything else stands for itself, so that "\d+" can be written as it is.
function unescaped(value: string): string {
	return value.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

function wrong(text: string, why: string): PlimsollError {
	return new PlimsollError('ERR_INVALID_ARGUMENT', `${shown(text)} is no matcher: ${why}.`)
}
