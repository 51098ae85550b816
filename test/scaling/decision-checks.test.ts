// What is passed to replay() and explain(), as it may come from a file.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { PlimsollError } from '../../lib/errors.ts'
import { type Decision, explain, replay } from '../../lib/scaling/index.ts'
import { Bench } from './bench.ts'

function refusal(act: () => unknown): unknown {
	try {
		act()
		return undefined
	} catch (error) {
		return error instanceof PlimsollError ? error.code : error
	}
}

test('what is no decision is refused, with its place and its code', () => {
	expect(() => replay(undefined as never, 'default')).toThrow(
		'history: expected decisions, as history() gives them, got undefined.',
	)
	expect(() => replay([{}] as never, 'default')).toThrow('history[0].id: expected a number, got undefined.')
	expect(() => explain({} as never)).toThrow('decision.id: expected a number, got undefined.')
	expect(refusal(() => new Bench().scaler.explain(3 as never))).toBe('ERR_INVALID_ARGUMENT')
	expect(refusal(() => replay([undefined as never], 'default'))).toBe('ERR_INVALID_ARGUMENT')
})

test('a history that went through JSON is taken', () => {
	const bench = new Bench({ extends: 'default' })
	for (let pass = 0; pass < 20; pass++) bench.pass(2000)
	const read = JSON.parse(JSON.stringify(bench.scaler.history())) as Decision[]
	expect(replay(read, bench.scaler.profile).map(({ units }) => units)).toEqual(read.map(({ units }) => units))
	expect(read.map(explain)).toEqual(bench.scaler.history().map(explain))
})

test('anything else is taken or refused', () => {
	const bench = new Bench({ extends: 'default' }, { gate: undefined })
	for (let pass = 0; pass < 3; pass++) bench.pass(2000)
	const decision = bench.scaler.history()[0] as Decision
	const paths = [decision, decision.input, decision.outcome].flatMap((part, at) =>
		Object.keys(part ?? {}).map(key => [[], ['input'], ['outcome']][at]?.concat(key) ?? []),
	)
	const by = fc.constantFrom('missing-metric', 'cooldown', 'rate', 'gate', 'else')
	const listed = fc.array(fc.record({ by, metrics: fc.anything(), metric: fc.constant('load'), value: fc.anything() }))
	const spoiled = fc.tuple(fc.constantFrom(...paths), fc.oneof(fc.anything(), listed)).map(([path, value]) => {
		const copy = structuredClone(decision) as unknown as { [key: string]: unknown }
		const parent = path.length === 1 ? copy : (copy[path[0] as string] as { [key: string]: unknown })
		parent[path.at(-1) as string] = value
		return copy
	})
	fc.assert(
		fc.property(fc.oneof(fc.anything(), spoiled), value => {
			for (const act of [() => replay([value as Decision, decision], 'default'), () => explain(value as Decision)])
				expect([undefined, 'ERR_INVALID_ARGUMENT']).toContain(refusal(act))
		}),
		{ numRuns: 2000 },
	)
})
