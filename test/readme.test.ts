// The examples of README.md and docs/ run as pasted: JavaScript as it stands, TypeScript through the compiler first.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const top = join(import.meta.dirname, '..')
// As in a project of a user's, with the package installed.
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-readme-'))
mkdirSync(join(folder, 'node_modules'))
symlinkSync(top, join(folder, 'node_modules', 'plimsoll'), 'junction')
symlinkSync(join(top, 'node_modules', '@types'), join(folder, 'node_modules', '@types'), 'junction')
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
afterAll(() => rmSync(folder, { recursive: true }))

const compilerOptions = {
	target: 'es2023',
	module: 'nodenext',
	strict: true,
	skipLibCheck: true,
	types: ['node'],
}

interface Example {
	readonly title: string
	readonly language: string
	readonly code: string
}

/** Those that import plimsoll, with the line before them. */
function examplesOf(file: string): Example[] {
	const text = readFileSync(join(top, file), 'utf8')
	return [...text.matchAll(/([^\n]*)\n+```(js|ts)\n(.*?)```/gs)]
		.map(([, title = '', language = '', code = '']) => ({ title: `${title} ${code.split('\n')[0]}`, language, code }))
		.filter(({ code }) => /from 'plimsoll/.test(code))
}

function run(file: string): { status: number | null; output: string } {
	const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: folder, timeout: 20_000 })
	return { status, output: stdout + stderr }
}

describe('README', () => {
	const examples = examplesOf('README.md')

	test('has the uses that were asked for', () => {
		const all = examples.map(({ code }) => code).join('\n')
		for (const use of [
			'getAvailability().status',
			'updateIntervalMs: 5000',
			'onUpdate, onAlert',
			'createModelResourceManager(8, 70, 20)',
		])
			expect(all).toContain(use)
		expect(examples.length).toBeGreaterThanOrEqual(7)
	})

	checkAll('readme', examples)
})

describe('docs/pool.md', () => {
	const examples = examplesOf('docs/pool.md')

	checkAll('pool', examples)

	test('prints what it says it prints', () => {
		const [, printed] = /^```js\n.*?```\n+```\n(.*?)```/ms.exec(readFileSync(join(top, 'docs/pool.md'), 'utf8')) ?? []
		expect(run(join(folder, 'pool-0.js')).output).toBe(printed)
	})
})

for (const document of ['agents', 'enforcement', 'limiter', 'scaling', 'scaling-kubernetes', 'scaling-simulation', 'tracking']) {
	describe(`docs/${document}.md`, () => checkAll(document, examplesOf(`docs/${document}.md`)))
}

function checkAll(document: string, examples: readonly Example[]): void {
	examples.forEach(({ title, language, code }, number) => {
		test(`example ${number + 1} runs: ${title}`, () => {
			const name = `${document}-${number}`
			writeFileSync(join(folder, `${name}.${language}`), code)
			if (language === 'ts') {
				const config = { compilerOptions, files: [`${name}.ts`] }
				writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
				const tsc = spawnSync(process.execPath, [join(top, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], {
					encoding: 'utf8',
				})
				expect(tsc.stdout).toBe('')
			}
			const { status, output } = run(join(folder, `${name}.js`))
			expect(status, output).toBe(0)
			expect(output).not.toMatch(/Error|Warning/)
		})
	})
}
