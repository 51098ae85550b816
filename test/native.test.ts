// Runs the native tests (native/test/*_test.cc, built by `npm test`) and shows each as a test of its own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const program = join(import.meta.dirname, '../native/test/build/Release/plimsoll_native_tests')

describe('native', () => {
	const run = spawnSync(program, { encoding: 'utf8', timeout: 120_000 })
	const lines = (run.stdout ?? '').split('\n').filter(line => line.startsWith('ok   ') || line.startsWith('FAIL '))

	test('the program runs to its end', () => {
		expect(run.error).toBeUndefined()
		expect(run.stderr).toBe('')
		expect(run.status).toBe(0)
	})
	for (const line of lines) {
		test(line.slice(5), () => expect(line.slice(0, 4).trim()).toBe('ok'))
	}
})
