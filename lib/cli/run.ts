// `plimsoll run`: a command with limits. It has the terminal, the signals and the exit code; the report comes after it. Main thread.
import { closeSync, openSync, writeSync } from 'node:fs'
import { constants } from 'node:os'

import type { ConfinedProcess } from '../enforcement/confined.ts'
import { type Enforcement, openEnforcement } from '../enforcement/enforcement.ts'
import { native } from '../native.ts'
import { prettyJson } from './json.ts'
import type { RunCommand } from './run-arguments.ts'
import { type RunReport, reportLines, reportOf } from './run-report.ts'
import { UsageError } from './usage-error.ts'

const standardError = 2
const notLimited = 125 // these three as env(1), timeout(1) and nohup(1) have them
const notExecutable = 126
const notFound = 127
const signalBase = 128

/** A terminal sends these to the command as well; twice would be another wish. */
const ofTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
const handedOn: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2', ...ofTerminal]
/** By these this process ends as its command did, so that a shell's loop stops too. */
const endedBy: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL']

function codeOfFailure(error: unknown): number | undefined {
	const { code, syscall } = error as NodeJS.ErrnoException
	if (code === 'ERR_NOT_ENFORCED') return notLimited
	if (!syscall?.startsWith('spawn')) return undefined
	return code === 'ENOENT' ? notFound : notExecutable
}

/** While it exists, signals that reach this process go on to the command. */
class HandedOn implements Disposable {
	readonly #handlers: readonly (readonly [NodeJS.Signals, () => void])[]
	#confined: ConfinedProcess | undefined
	#early: NodeJS.Signals | undefined

	constructor() {
		this.#handlers = handedOn.map(signal => [signal, () => this.#take(signal)])
		for (const [signal, handler] of this.#handlers) process.on(signal, handler)
	}

	to(confined: ConfinedProcess): void {
		this.#confined = confined
		if (this.#early !== undefined) confined.process.kill(this.#early)
	}

	#take(signal: NodeJS.Signals): void {
		if (ofTerminal.includes(signal) && process.stdin.isTTY) return
		if (this.#confined === undefined) this.#early = signal
		else this.#confined.process.kill(signal)
	}

	[Symbol.dispose](): void {
		for (const [signal, handler] of this.#handlers) process.off(signal, handler)
	}
}

function openReport(file: string | undefined): number | undefined {
	if (file === undefined) return undefined
	try {
		return openSync(file, 'w')
	} catch (error) {
		throw new UsageError(`--report: ${(error as Error).message}`)
	}
}

// By a system call: after it this process may end by a signal.
function write(report: RunReport, { json }: RunCommand, file: number | undefined): void {
	const asJson = json || file !== undefined
	const lines = reportLines(report)
	const text = asJson ? prettyJson(report) : [`plimsoll: ${lines[0] ?? ''}`, ...lines.slice(1)].join('\n')
	try {
		writeSync(file ?? standardError, `${text}\n`)
	} catch {
		// who would read it has gone
	}
	if (file !== undefined) closeSync(file)
}

async function runIn(enforcement: Enforcement, wish: RunCommand, signals: HandedOn): Promise<RunReport> {
	const { command, args, limits, required } = wish
	const startedAt = performance.now()
	const confined = await enforcement.launch(command, args, { limits, required, stdio: 'inherit' })
	signals.to(confined)
	const end = await confined.ended
	const usage = native().childrenUsage()
	const cpuSeconds = usage && usage.userSeconds + usage.systemSeconds
	return reportOf([command, ...args], confined, end, (performance.now() - startedAt) / 1000, cpuSeconds)
}

/** The exit code; where a signal ended the command, it may end this process too. */
export async function runLimited(wish: RunCommand): Promise<number> {
	const file = openReport(wish.report)
	const signals = new HandedOn()
	const enforcement = await openEnforcement({ delegate: wish.delegate })
	let report: RunReport
	try {
		report = await runIn(enforcement, wish, signals)
	} catch (error) {
		const code = codeOfFailure(error)
		if (code === undefined) throw error
		process.stderr.write(`plimsoll: ${(error as Error).message}\n`)
		return code
	} finally {
		await enforcement.close()
		signals[Symbol.dispose]()
	}
	write(report, wish, file)
	const { signal, exitCode } = report
	if (signal === undefined) return exitCode ?? 1
	if (endedBy.includes(signal)) process.kill(process.pid, signal)
	return signalBase + (constants.signals[signal] ?? 0)
}
