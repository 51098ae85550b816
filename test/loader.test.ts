// Which libc the process runs on: by the names of mapped files, as the systems named write them, and of this process.
import { describe, expect, test } from 'vitest'

import { buildTools, libcInMaps, libcOfProcess } from '../lib/native.ts'

const mapped = (path: string): string => `7f1c2a000000-7f1c2a026000 r--p 00000000 fe:00 1835018                    ${path}\n`

test('what a build needs is named for the platform', () => {
	expect(buildTools('win32')).toMatch(/Visual Studio Build Tools/)
	expect(buildTools('win32')).not.toMatch(/make/)
	expect(buildTools('linux')).toMatch(/make/)
})

describe('the libc of the process', () => {
	test.each([
		['/usr/lib/x86_64-linux-gnu/libc.so.6', 'glibc'],
		['/lib/x86_64-linux-gnu/libc-2.31.so', 'glibc'],
		['/usr/lib/libc.so.6 (deleted)', 'glibc'],
		['/lib/ld-musl-x86_64.so.1', 'musl'],
		['/lib/ld-musl-aarch64.so.1', 'musl'],
		['/usr/lib/x86_64-linux-musl/libc.so', 'musl'],
		['/usr/lib/libc.so', 'musl'],
		['/usr/lib/libcap.so.2', undefined],
		['/srv/ld-musl-notes.txt', undefined],
	])('%s', (path, libc) => {
		expect(libcInMaps(`${mapped('/usr/bin/node')}${mapped(path)}${mapped('[vdso]')}`)).toBe(libc)
	})

	test.runIf(process.platform === 'linux')('is what a report of Node says', () => {
		const report = process.report?.getReport() as { header: { glibcVersionRuntime?: string } }
		expect(libcOfProcess()).toBe(report.header.glibcVersionRuntime ? 'glibc' : 'musl')
	})
})
