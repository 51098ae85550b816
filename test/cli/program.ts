// The command line as a user runs it: dist/cli/main.js in a process of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const program: string = join(checkout, 'dist', 'cli', 'main.js')

export interface Ended {
	readonly stdout: string
	readonly stderr: string
	readonly status: number | null
	readonly signal: NodeJS.Signals | null
}

/** Compiles when a source is newer than what was compiled from it. */
export function compile(): void {
	const lib = join(checkout, 'lib')
	const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
	const fresh = sources.every(name => {
		const compiled = join(checkout, 'dist', name.replace(/\.ts$/, '.js'))
		return existsSync(compiled) && statSync(compiled).mtimeMs >= statSync(join(lib, name)).mtimeMs
	})
	if (fresh) return
	const tsc = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc')
	execFileSync(process.execPath, [tsc, '-p', join(checkout, 'tsconfig.build.json')], { cwd: checkout })
}

/** `during` gets the process and what it has written so far, each time that it writes more. */
export function run(
	words: readonly string[],
	during?: (child: ChildProcess, stdout: string) => void,
	environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
	return new Promise((resolve, reject) => {
		const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '', ...environment }
		const child = spawn(process.execPath, [program, ...words], { env })
		let stdout = ''
		let stderr = ''
		child.stdout.on('data', text => {
			stdout += text
			during?.(child, stdout)
		})
		child.stderr.on('data', text => {
			stderr += text
		})
		child.on('error', reject)
		child.on('close', (status, signal) => resolve({ stdout, stderr, status, signal }))
	})
}

export type Json = { [key: string]: unknown }

/** What a command that has to succeed prints, as JSON. */
export async function jsonOf(...words: string[]): Promise<Json> {
	const { stdout, stderr, status } = await run(words)
	expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
	return JSON.parse(stdout) as Json
}
