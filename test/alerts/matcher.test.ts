// Matchers: patterns against JavaScript's own, the text form both ways, refusals, and time on hostile patterns.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMatcher, type Matcher, type MatcherInput, matchersOf, matchesAll } from '../../lib/alerts/matcher.ts'
import { patternOf } from '../../lib/alerts/pattern.ts'
import { PlimsollError } from '../../lib/errors.ts'
import { alertOf } from './incidents.ts'

const runs = { numRuns: 2000 }

describe('patterns', () => {
	test('whatever the text of a pattern is, it is read or refused with our error', () =>
		fc.assert(
			fc.property(
				fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'ab(){}[]|*+?^$\\.,-:=!<1d') })),
				source => {
					try {
						patternOf(source).test('aab')
					} catch (error) {
						expect(error).toBeInstanceOf(PlimsollError)
						expect((error as PlimsollError).code).toBe('ERR_INVALID_ARGUMENT')
					}
				},
			),
			{ numRuns: 20_000 },
		))

	test('they are anchored, alternatives too, and a dot is no line end', () => {
		expect(patternOf('a|b').test('ab')).toBe(false)
		expect(patternOf('a.b').test('a\nb')).toBe(false)
		expect(patternOf('(a|b)+').test('abba')).toBe(true)
		expect(() => patternOf('(a')).toThrow(/"\(a" is no regular expression/)
		expect(() => patternOf('a'.repeat(257))).toThrow(/more than 256/)
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
		['a=~"("', 'Unterminated group'],
		[`a="${'x'.repeat(1025)}"`, 'at most 1024'],
		[Array.from({ length: 33 }, () => 'a="b"').join(), 'more than 32'],
	])('%j is refused: %s', (input, why) => expect(() => matchersOf(input as MatcherInput)).toThrow(why))
})
