// Random patterns for tests against other engines.
import fc from 'fast-check'

/** Patterns that RE2, JavaScript and we read alike. */
export const somePattern: fc.Arbitrary<string> = fc.letrec<{ whole: string; sequence: string; atom: string }>(tie => ({
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
