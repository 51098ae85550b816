// Random patterns for tests against other engines.
import fc from 'fast-check'

const anyPattern: fc.Arbitrary<string> = fc.letrec<{ whole: string; sequence: string; atom: string }>(tie => ({
	whole: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		tie('sequence'),
		fc.array(tie('sequence'), { maxLength: 3 }).map(parts => parts.join('|')),
	),
	sequence: fc
		.array(fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,}', '*?')), { maxLength: 4 })
		.map(parts => parts.flat().join('')),
	atom: fc.oneof(
		{ depthSize: 'small' },
		fc.constantFrom('a', 'b', 'c', '.', '\\d', '\\w', '\\S', '[ab]', '[^a]', '[a-c1-3]', '[\\d-]', '\\.', '-', 'é', '😀'),
		tie('whole').map(inner => `(${inner})`),
		tie('whole').map(inner => `(?:${inner})`),
	),
})).whole

/** Repeated groups of repetitions keep JavaScript busy for seconds, on eight characters. */
function explodes(source: string): boolean {
	return (source.match(/\)[*+?{]/g)?.length ?? 0) > 1 || (source.match(/[*+]|,\}/g)?.length ?? 0) > 4
}

/** Patterns that RE2 and JavaScript read alike. */
export const somePattern: fc.Arbitrary<string> = anyPattern.filter(source => !explodes(source) && source.length <= 256)
