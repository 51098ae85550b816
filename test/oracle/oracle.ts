// Other programs that measure the same: psutil, free, df. Where one is missing, its tests say so and are skipped.
import { execFileSync, spawn } from 'node:child_process'

/** The answer of a psutil expression, or undefined where there is no psutil. */
export function psutil(expression: string): unknown {
	for (const python of ['/usr/bin/python3', 'python3']) {
		try {
			const script = `import json, psutil; print(json.dumps(${expression}))`
			return JSON.parse(execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
		} catch {}
	}
	return undefined
}

/** A program's output, or undefined where it is missing. */
export function output(program: string, ...args: string[]): string | undefined {
	try {
		return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
	} catch {
		return undefined
	}
}

/** Load of every kind for as long as `body` runs; stress-ng where present, else busy processes of our own. */
export async function underLoad<T>(body: () => Promise<T>): Promise<T> {
	const stress = output('stress-ng', '--version') !== undefined
	const [program, args] = stress
		? [
				'stress-ng',
				[
					'--cpu',
					'1',
					'--vm',
					'1',
					'--vm-bytes',
					'64M',
					'--hdd',
					'1',
					'--hdd-bytes',
					'16M',
					'--temp-path',
					'/tmp',
					'--timeout',
					'60',
					'--quiet',
				],
			]
		: [process.execPath, ['-e', 'for (;;) require("fs").writeFileSync("/dev/null", Buffer.alloc(1e6))']]
	const load = spawn(program as string, args as string[], { stdio: 'ignore', detached: true })
	try {
		return await body()
	} finally {
		if (load.pid !== undefined) process.kill(-load.pid, 'SIGKILL')
	}
}
