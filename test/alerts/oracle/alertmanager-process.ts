// A real Alertmanager (Debian's prometheus-alertmanager) on loopback, alone, and its v2 API.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InhibitionRuleInput } from '../../../lib/alerts/inhibition.ts'
import { formatMatcher, matchersOf } from '../../../lib/alerts/matcher.ts'

const program = 'prometheus-alertmanager'

/** Its version, or `undefined` where it is not installed. */
export function installedAlertmanager(): string | undefined {
	const { stdout, stderr, status } = spawnSync(program, ['--version'], { encoding: 'utf8' })
	return status === 0 ? /version (\S+?),?\s/.exec(stdout + stderr)?.[1] : undefined
}

export interface AlertThere {
	readonly labels: { readonly [name: string]: string }
	readonly annotations: { readonly [name: string]: string }
	readonly startsAt: string
	readonly endsAt: string
	readonly fingerprint: string
	readonly status: { readonly state: string; readonly inhibitedBy: readonly string[]; readonly silencedBy: readonly string[] }
}

async function freePort(): Promise<number> {
	const server = createServer()
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
	const { port } = server.address() as AddressInfo
	await new Promise(resolve => server.close(resolve))
	return port
}

export class Alertmanager implements AsyncDisposable {
	readonly url: string
	readonly #child: ChildProcess
	readonly #folder: string

	private constructor(url: string, child: ChildProcess, folder: string) {
		this.url = url
		this.#child = child
		this.#folder = folder
	}

	/** With these rules, and with a receiver that tells nobody. */
	static async start(rules: readonly InhibitionRuleInput[]): Promise<Alertmanager> {
		const folder = mkdtempSync(join(tmpdir(), 'alertmanager-'))
		const config = {
			route: { receiver: 'nobody', group_wait: '1h' },
			receivers: [{ name: 'nobody' }],
			inhibit_rules: rules.map(rule => ({
				source_matchers: matchersOf(rule.source).map(formatMatcher),
				target_matchers: matchersOf(rule.target).map(formatMatcher),
				equal: rule.equal ?? [],
			})),
		}
		const file = join(folder, 'config.yml')
		writeFileSync(file, JSON.stringify(config)) // which is YAML too
		const port = await freePort()
		const listen = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=']
		const child = spawn(program, [`--config.file=${file}`, `--storage.path=${folder}`, ...listen], {
			stdio: ['ignore', 'ignore', 'pipe'],
		})
		let said = ''
		child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
			said = (said + piece).slice(-4000)
		})
		const started = new Alertmanager(`http://127.0.0.1:${port}`, child, folder)
		for (let turn = 0; turn < 200; turn++) {
			if (child.exitCode !== null) throw new Error(`Alertmanager ended:\n${said}`)
			const answer = await fetch(`${started.url}/-/ready`).catch(() => undefined)
			if (answer?.ok) return started
			await sleep(50)
		}
		await started[Symbol.asyncDispose]()
		throw new Error(`Alertmanager is not ready after 10 s:\n${said}`)
	}

	async alerts(): Promise<readonly AlertThere[]> {
		const answer = await fetch(`${this.url}/api/v2/alerts`)
		if (!answer.ok) throw new Error(`GET alerts: ${answer.status} ${await answer.text()}`)
		return (await answer.json()) as readonly AlertThere[]
	}

	/** Its id. */
	async silence(matchers: string, startsAt: number, endsAt: number): Promise<string> {
		const body = {
			matchers: matchersOf(matchers).map(({ name, op, value }) => ({
				name,
				value,
				isRegex: op.includes('~'),
				isEqual: !op.includes('!'),
			})),
			startsAt: new Date(startsAt).toISOString(),
			endsAt: new Date(endsAt).toISOString(),
			createdBy: 'test',
			comment: 'test',
		}
		const headers = { 'content-type': 'application/json' }
		const answer = await fetch(`${this.url}/api/v2/silences`, { method: 'POST', headers, body: JSON.stringify(body) })
		if (!answer.ok) throw new Error(`POST ${matchers}: ${answer.status} ${await answer.text()}`)
		return ((await answer.json()) as { readonly silenceID: string }).silenceID
	}

	async expire(id: string): Promise<void> {
		const answer = await fetch(`${this.url}/api/v2/silence/${id}`, { method: 'DELETE' })
		if (!answer.ok) throw new Error(`DELETE silence: ${answer.status}`)
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const ended = this.#child.exitCode === null ? new Promise(resolve => this.#child.once('exit', resolve)) : undefined
		this.#child.kill()
		await ended
		rmSync(this.#folder, { recursive: true, force: true })
	}
}
