import { describe, expect, test } from 'vitest'

import { PlimsollError } from '../../lib/errors.ts'
import { initializeResourceManagement } from '../../lib/index.ts'
import { openSampler } from '../../lib/snapshot/sampler.ts'

async function refusal(action: () => unknown): Promise<PlimsollError> {
	try {
		await action()
	} catch (error) {
		if (error instanceof PlimsollError) return error
		throw error
	}
	throw new Error('nothing was refused')
}

describe('options are refused at once, all of them named', () => {
	test('unknown names get the nearest right one', async () => {
		const error = await refusal(() => initializeResourceManagement({ sampelIntervalMs: 5, updateInterval: 9 } as never))
		expect(error.code).toBe('ERR_INVALID_OPTIONS')
		expect(error.message).toContain('sampelIntervalMs: there is no such option; did you mean sampleIntervalMs?')
		expect(error.message).toContain('updateInterval: there is no such option; did you mean updateIntervalMs?')
	})

	test('a name like nothing known gets the list', async () => {
		const error = await refusal(() => openSampler({ zzz: 1 } as never))
		expect(error.message).toContain('known are sampleIntervalMs, rateIntervalMs, slowIntervalMs, watchedPath')
	})

	for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '100', null, {}, 3_600_001, 10n]) {
		test(`sampleIntervalMs: ${typeof bad} ${String(bad)}`, async () => {
			const error = await refusal(() => openSampler({ sampleIntervalMs: bad as never }))
			expect(error.code).toBe('ERR_INVALID_OPTIONS')
			expect(error.message).toContain('sampleIntervalMs: expected a whole number of milliseconds from 1 to 3600000, got ')
		})
	}

	for (const bad of [null, 5, 'x', [], () => {}]) {
		test(`options: ${Array.isArray(bad) ? 'array' : typeof bad}`, async () => {
			expect((await refusal(() => openSampler(bad as never))).code).toBe('ERR_INVALID_OPTIONS')
		})
	}

	test('names that every object has are not taken for options', async () => {
		expect((await refusal(() => openSampler({ toString: 5 } as never))).message).toContain('toString: there is no such option')
	})

	test('onUpdate must be a function', async () => {
		const error = await refusal(() => initializeResourceManagement({}, 5 as never))
		expect(error.code).toBe('ERR_INVALID_ARGUMENT')
		expect(error.message).toContain('must be a function, not 5')
	})

	test('a window must be a positive number', async () => {
		const system = await initializeResourceManagement()
		for (const windowMs of [0, -5, Number.NaN, '1000']) {
			const error = await refusal(() => system.detector.getCurrentResources({ windowMs: windowMs as never }))
			expect(error.code).toBe('ERR_INVALID_OPTIONS')
		}
		await system.shutdown()
	})

	test('one watched path per process', async () => {
		const first = openSampler({ watchedPath: '/tmp' })
		const error = await refusal(() => openSampler({ watchedPath: '/usr' }))
		expect(error.message).toContain('/tmp')
		expect((error as { code: string }).code).toBe('ERR_WATCHED_PATH')
		openSampler({ watchedPath: '/tmp/../tmp' }).close()
		first.close()
		openSampler({ watchedPath: '/usr' }).close()
	})
})
