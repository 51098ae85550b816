// A limited child is what node:child_process would have made of it: environment, directory, descriptors, name, errors; by the fork
// handler and through the shell. And one that cannot enter its group runs nothing.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { ConfinedProcess } from '../../lib/enforcement/confined.ts'
import { type Enforcement, openEnforcement } from '../../lib/enforcement/enforcement.ts'
import { forkHandlersRun, launch } from '../../lib/enforcement/launching.ts'
import { scriptOf } from '../../lib/enforcement/shell-launch.ts'
import { descriptors } from './limited.ts'

const onLinux = process.platform === 'linux'
const limits = { fileDescriptors: 128 } // so that there is something to prepare, groups or not

async function textFrom({ process: child }: ConfinedProcess): Promise<string> {
	let text = ''
	for await (const chunk of child.stdout ?? []) text += chunk
	return text
}

let enforcement: Enforcement
beforeAll(async () => {
	enforcement = await openEnforcement()
})
afterAll(() => enforcement.close())

test.skipIf(!onLinux)('children of this runtime run fork handlers', () => expect(forkHandlersRun()).toBe(true))

describe.each([{ throughShell: false }, { throughShell: true }])('throughShell: $throughShell', ({ throughShell }) => {
	const start = (command: string, args: readonly string[] = [], options: object = {}): Promise<ConfinedProcess> =>
		enforcement.launch(command, args, { limits, throughShell, ...options })

	test('arguments come as they are', async () => {
		const args = ['', ' ', '--', '$HOME', '`id`', "'", '"', '\\', '\n', '*', 'ä€😀', '-n']
		const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
		expect(JSON.parse(await textFrom(await start(process.execPath, ['-e', script, '--', ...args])))).toEqual(args)
	})

	test('environment, directory and input', async () => {
		const env = { PATH: process.env.PATH, GIVEN: 'a b\n$c' }
		const confined = await start('sh', ['-c', 'pwd; printf "%s\\n" "$GIVEN"; cat'], { env, cwd: '/proc' })
		confined.process.stdin?.end('input')
		expect(await textFrom(confined)).toBe('/proc\na b\n$c\ninput')
	})

	test('a session of its own, and a channel', async () => {
		const script = 'process.on("message", m => { process.send([m, process.pid]); process.disconnect() })'
		const confined = await start(process.execPath, ['-e', script], {
			detached: true,
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		})
		const stat = readFileSync(`/proc/${confined.pid}/stat`, 'utf8')
		confined.process.send('hello')
		expect(await once(confined.process, 'message')).toEqual([['hello', confined.pid], undefined])
		if (onLinux) expect(stat.slice(stat.lastIndexOf(')')).split(' ')[4]).toBe(String(confined.pid))
		expect(await confined.ended).toMatchObject({ exitCode: 0 })
	})

	test('no descriptor more than it was given', async () => {
		const script = 'console.log(require("node:fs").readdirSync("/proc/self/fd").length)'
		for (const [command, ...args] of [
			[process.execPath, '-e', script],
			['ls', '/proc/self/fd'],
		]) {
			const plain = await textFrom(await enforcement.launch(command ?? '', args, { limits: {} }))
			expect(plain).not.toBe('')
			expect(await textFrom(await start(command ?? '', args))).toBe(plain)
		}
	})

	test('exit codes and signals', async () => {
		expect(await (await start('sh', ['-c', 'exit 125'])).ended).toMatchObject({ exitCode: 125, signal: null })
		expect(await (await start('sh', ['-c', 'kill -USR1 $$'])).ended).toMatchObject({ exitCode: null, signal: 'SIGUSR1' })
	})

	test('what cannot be executed is told as ever', async () => {
		await expect(start('plimsoll-no-such-program')).rejects.toMatchObject({
			code: 'ENOENT',
			syscall: 'spawn plimsoll-no-such-program',
			path: 'plimsoll-no-such-program',
		})
		await expect(start('/etc/passwd')).rejects.toMatchObject({ code: 'EACCES' })
		await expect(start('true', [], { cwd: '/plimsoll-no-such-directory' })).rejects.toMatchObject({ code: 'ENOENT' })
		await expect(start('true\0')).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
		expect(enforcement.active).toBe(0)
	})

	test('a command for a shell', async () => {
		expect(await textFrom(await start('echo $((40 + 2))', [], { shell: true }))).toBe('42\n')
	})

	test('an abort ends it', async () => {
		const controller = new AbortController()
		const confined = await start('sleep', ['60'], { signal: controller.signal })
		const error = once(confined.process, 'error')
		controller.abort()
		expect(await error).toMatchObject([{ name: 'AbortError' }])
		expect((await confined.ended).signal).toBe('SIGTERM')
	})
})

test.skipIf(!onLinux)('another name, and variables that are no shell names', async () => {
	const options = { limits, argv0: 'renamed', env: { 'a.b-c': '1' } }
	const confined = await enforcement.launch('/bin/sh', ['-c', 'cat /proc/$$/cmdline; cat /proc/$$/environ'], {
		...options,
		env: { ...options.env, PATH: process.env.PATH ?? '' },
	})
	expect((await textFrom(confined)).split('\0')).toEqual(expect.arrayContaining(['renamed', 'a.b-c=1']))
	await expect(enforcement.launch('true', [], { ...options, throughShell: true })).rejects.toMatchObject({
		code: 'ERR_UNSUPPORTED',
	})
})

describe.skipIf(!onLinux)('one that cannot get what it should', () => {
	const marker = join(tmpdir(), `plimsoll-marker-${process.pid}`)
	const program = { command: 'mkdir', args: [marker], options: { stdio: 'pipe' as const } }
	afterAll(() => rmSync(marker, { recursive: true, force: true }))

	test('runs nothing where it cannot enter its group, and leaves no descriptor', async () => {
		await launch(program, { entrances: ['/plimsoll-no-such-group/cgroup.procs'] }) // what stays open stays once
		const before = descriptors()
		const { refusal } = await launch(program, { entrances: ['/dev/null', '/plimsoll-no-such-group/cgroup.procs'] })
		expect(refusal).toMatchObject({ of: 'group' })
		expect(refusal?.reason).toMatch(/^ENOENT: no such file or directory '\/plimsoll-no-such-group\/cgroup.procs'/)
		expect(() => mkdirSync(marker)).not.toThrow()
		rmSync(marker, { recursive: true })
		expect(descriptors().length).toBe(before.length)
	})

	test('has no more data than its limit where that is all there is', async () => {
		// Not Node.js, of which each version needs another amount to start.
		const perl = {
			command: 'perl',
			args: ['-e', 'my $x = "x" x (400 * 2 ** 20); print "taken"'],
			options: { stdio: 'pipe' as const },
		}
		const said = async (dataBytes: number): Promise<string> => {
			const { child } = (await launch(perl, { entrances: [], dataBytes })) as { child: ChildProcess }
			const chunks = (await child.stdout?.toArray()) ?? []
			return Buffer.concat(chunks).toString().trim()
		}
		expect(await said(2 ** 30)).toBe('taken')
		expect(await said(300 * 2 ** 20)).toBe('')
	})

	test('says what each step lacked', async () => {
		const more = 2 ** 40 // than any hard limit of descriptors
		expect(await launch(program, { entrances: [], descriptors: more })).toMatchObject({ refusal: { of: 'fileDescriptors' } })
		expect(() => mkdirSync(marker)).not.toThrow()
	})

	test('runs without what was not required, and says so', async () => {
		const confined = await enforcement.launch('true', [], { limits: { fileDescriptors: 2 ** 40, nice: 1 } })
		expect(confined.enforced).toEqual({ fileDescriptors: 'none', nice: 'nice' })
		expect(confined.why('fileDescriptors')).toMatch(/^EPERM|^EINVAL/)
		const asked = { limits: { fileDescriptors: 2 ** 40 }, required: ['fileDescriptors'] } as const
		await expect(enforcement.launch('true', [], asked)).rejects.toMatchObject({ code: 'ERR_NOT_ENFORCED' })
		expect((await confined.ended).exitCode).toBe(0)
	})
})

test('the script of the shell has only numbers of ours in it', () => {
	expect(scriptOf({ entrances: ['"; rm'], dataBytes: 3 * 2 ** 20, descriptors: 9, nice: -3 })).toBe(
		[
			'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift',
			'ulimit -n 9 || exit 125',
			'ulimit -d 3072 || exit 125',
			'exec nice -n -3 "$@"',
		].join('\n'),
	)
})
