import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { proofOf } from '../../lib/cli/proof.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const rowOf = (start: string): string => readme.split('\n').find(line => line.startsWith(`| ${start}`)) ?? ''

// What `doctor` says, and the words of the README's table that say the same.
it.each([
	['linux', 'x64', 'glibc', 'whole test suite', 'Linux x64, glibc', 'developed and tested here'],
	['linux', 'arm64', 'glibc', 'under emulation', 'Linux arm64, glibc', 'run under qemu-aarch64'],
	['linux', 'x64', 'musl', 'loaded by a small C host', 'Linux x64 and arm64, musl', 'x64 binary is loaded by a small C host'],
	['linux', 'arm64', 'musl', 'never been loaded', 'Linux x64 and arm64, musl', 'arm64 one has never been loaded'],
	['win32', 'x64', undefined, 'under Wine, never on Windows itself', 'Windows 10', 'Never run on Windows itself'],
	['win32', 'arm64', undefined, 'built and checked, never run', 'Windows arm64', 'built and checked, not run'],
	['darwin', 'x64', undefined, 'built and checked, never run', 'macOS 11', 'built and checked, not run'],
	['darwin', 'arm64', undefined, 'built and checked, never run', 'macOS 11', 'built and checked, not run'],
])('%s %s (%s): no more than was done', (platform, arch, libc, said, row, written) => {
	expect(proofOf(platform, arch, libc)).toContain(said)
	expect(rowOf(row)).toContain(written)
})

it('claims nothing of musl on arm64 that was done on x64 alone', () => {
	expect(proofOf('linux', 'arm64', 'musl')).not.toContain('small C host')
})

it('knows no other platform', () => {
	expect(proofOf('linux', 'riscv64', 'glibc')).toBe('never tried')
	expect(proofOf('linux', 'riscv64', 'musl')).toBe('never tried')
})
