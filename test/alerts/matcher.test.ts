// Matchers: patterns against JavaScript's own, the text form both ways, refusals, and time on hostile patterns.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMatcher, type Matcher, type MatcherInput, matchersOf, matchesAll } from '../../lib/alerts/matcher.ts'
import { Pattern } from '../../lib/alerts/pattern.ts'
import { PlimsollError } from '../../lib/errors.ts'
import { alertOf } from './incidents.ts'
import { somePattern } from './patterns.ts'

const runs = { numRuns: 2000 }

const someText = fc
	.array(fc.constantFrom('a', 'b', 'c', '1', '-', '.', 'é', '😀', '\n', ' '), { maxLength: 8 })
	.map(parts => parts.join(''))

function isTooLarge(source: string): boolean {
	try {
		return new Pattern(source).source !== source
	} catch (error) {
		return (error as Error).message.includes('too large')
	}
}

/** Repeated groups of repetitions keep JavaScript busy for seconds, on eight characters; Alertmanager is asked for these. */
function explodes(source: string): boolean {
	return (source.match(/\)[*+?{]/g)?.length ?? 0) > 1 || (source.match(/[*+]|,\}/g)?.length ?? 0) > 4
}

describe('patterns', () => {
	test("agree with JavaScript's, anchored", () =>
		fc.assert(
			fc.property(somePattern, someText, (source, text) => {
				fc.pre(source.length <= 256)
				fc.pre(!isTooLarge(source) && !explodes(source))
				expect(new Pattern(source).matches(text)).toBe(new RegExp(`^(?:${source})$`, 'u').test(text))
			}),
			{ numRuns: 5000 },
		))

	test('whatever the text of a pattern is, it is read or refused with our error', () =>
		fc.assert(
			fc.property(
				fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'ab(){}[]|*+?^$\\.,-:=!<1d') })),
				source => {
					try {
						new Pattern(source).matches('aab')
					} catch (error) {
						expect(error).toBeInstanceOf(PlimsollError)
						expect((error as PlimsollError).code).toBe('ERR_INVALID_ARGUMENT')
					}
				},
			),
			{ numRuns: 20_000 },
		))

	test.each([
		['(?=a)', 'look-around'],
		['(?i)a', 'flags'],
		['(a', 'not closed'],
		['a)', 'no "("'],
		['a**', 'follows another'],
		['*a', 'nothing stands before'],
		['[a', 'not closed'],
		['[b-a]', 'no end above'],
		['[[:alpha:]]', 'by name'],
		['a\\', 'ends with a backslash'],
		['\\bword', '\\b is not supported'],
		['(a)\\1', '\\1 is not supported'],
		['a{3,2}', 'below its beginning'],
		['a{1001}', 'more than 1000'],
		['(a{100}){100}', 'too large'],
		['((((){1000}){1000}){1000}){1000}x{1000}', 'too large'],
		['a'.repeat(257), 'more than 256'],
	])('%s is refused: %s', (source, why) => expect(() => new Pattern(source)).toThrow(why))

	test('what makes backtracking explode does not matter', () => {
		const steps = (source: string, length: number): boolean => new Pattern(source).matches(`${'a'.repeat(length)}!`)
		for (const source of [
			'a*((a*?(\\w*[a-c]{0,}\\w?(?:|))*?)*?)*?b+',
			'(a+)+',
			'(a|a)*',
			'(a*)*b',
			'.*.*.*.*.*.*.*x',
			'(a?){50}a{50}',
		])
			expect(steps(source, 1000)).toBe(false)
	})

	test('a dot is no line end, braces that count nothing are themselves, anchors may stand anywhere', () => {
		expect(new Pattern('a.b').matches('a\nb')).toBe(false)
		expect(new Pattern('a{,2}').matches('a{,2}')).toBe(true)
		expect(new Pattern('^a$|^b$').matches('b')).toBe(true)
		expect(new Pattern('a^b').matches('ab')).toBe(false)
		expect(new Pattern('\\s').matches('\v')).toBe(false)
	})
})

describe('matchers', () => {
	const one = (input: MatcherInput): Matcher => matchersOf(input)[0] as Matcher

	test('text and objects are the same, in both directions', () => {
		const someMatcher = fc.record({
			name: fc.stringMatching(/^[A-Za-z_][\w.:/-]{0,10}$/),
			op: fc.constantFrom('=' as const, '!=' as const),
			value: fc.string({ unit: 'binary', maxLength: 30 }),
		})
		fc.assert(
			fc.property(fc.array(someMatcher, { minLength: 1, maxLength: 4 }), fc.boolean(), (matchers, braces) => {
				const text = matchers.map(formatMatcher).join(', ')
				expect(matchersOf(braces ? `{${text}}` : text)).toEqual(matchers)
				expect(matchersOf(matchers)).toEqual(matchers)
			}),
			runs,
		)
		expect(one('severity=~WARNING|CRITICAL')).toEqual({ name: 'severity', op: '=~', value: 'WARNING|CRITICAL' })
		expect(one('a="\\d+\\\\\\n"').value).toBe('\\d+\\\n')
	})

	test('whatever the text is, it is read or refused with our error', () =>
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'ab=!~"\\{}, \n') })), text => {
				try {
					matchersOf(text)
				} catch (error) {
					expect(error).toBeInstanceOf(PlimsollError)
				}
			}),
			{ numRuns: 20_000 },
		))

	test('a missing label is empty; rule, resource and severity cannot be overridden', () => {
		const alert = alertOf({ rule: 'high', labels: { severity: 'no', alertname: 'no', resource: 'no', disk: '/' } })
		const matches = (text: string): boolean => matchesAll(matchersOf(text), alert)
		expect(matches('absent=""')).toBe(true)
		expect(matches('absent!="x", absent!~"x"')).toBe(true)
		expect(matches('absent=~".*", toString=""')).toBe(true)
		expect(matches('alertname="high", resource="memory", severity="WARNING", disk="/"')).toBe(true)
		expect(matches('severity="no"')).toBe(false)
		expect(matches('disk=~"/", disk!=""')).toBe(true)
		expect(matches('resource=~"mem"')).toBe(false)
		expect(matchesAll([], alert)).toBe(true)
	})

	test.each([
		[{ name: 'a', op: '==', value: '' }, 'op: expected one of'],
		[{ name: '1a', op: '=', value: '' }, 'name: expected a label'],
		[{ name: 'a', op: '=', value: 1 }, 'value: expected text, got 1'],
		[{ name: 'a', op: '=', valeu: '' }, 'did you mean value?'],
		[7, 'got 7'],
		['a="b" c="d"', 'expected a comma'],
		['a="b', 'not closed'],
		['a==b', 'expected a value in quotation marks'],
		['', 'expected a label'],
		['a=~"("', 'not closed'],
		[`a="${'x'.repeat(1025)}"`, 'at most 1024'],
		[Array.from({ length: 33 }, () => 'a="b"').join(), 'more than 32'],
	])('%j is refused: %s', (input, why) => expect(() => matchersOf(input as MatcherInput)).toThrow(why))
})
