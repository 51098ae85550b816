// `plimsoll scale --simulate`: profiles in a closed loop over a trace, in virtual time. Main thread.
import { basename } from 'node:path'

import { PlimsollError, shown } from '../errors.ts'
import type { Profile, ProfileName } from '../scaling/profile.ts'
import { resolveProfile } from '../scaling/profile-checks.ts'
import { profilePolicy } from '../scaling/simulation/engine-policy.ts'
import { simulate } from '../scaling/simulation/simulation.ts'
import type { Trace } from '../scaling/simulation/trace.ts'
import { parseTrace } from '../scaling/simulation/trace-text.ts'
import { isPlainObject } from '../snapshot/options.ts'
import { prettyJson } from './json.ts'
import { syntaxProblem } from './json-syntax.ts'
import { isProfileFile, type ScaleCommand } from './scale-arguments.ts'
import { Curve, chartColumns, type SimulatedProfile, scaleLines } from './scale-report.ts'
import { paintLine, plainText } from './span.ts'
import { textOfFile } from './text-file.ts'
import { themeFor } from './theme.ts'
import { UsageError } from './usage-error.ts'

const mostTraceBytes = 64 * 2 ** 20
const mostProfileBytes = 256 * 1024
const usualColumns = 80
/** Units, where a profile has no bound. */
const usualMost = 100

interface Named {
	readonly name: string
	readonly profile: ProfileName | Profile
}

/** What the file of an option gets wrong is the caller's mistake. */
function orUsageError<Result>(option: string, path: string, work: () => Result): Result {
	try {
		return work()
	} catch (error) {
		if (error instanceof PlimsollError) throw new UsageError(`${option}: ${plainText(path)}: ${error.message}`)
		throw error
	}
}

function profileFile(path: string): Named {
	const text = textOfFile('--profile', path, mostProfileBytes)
	const problem = syntaxProblem(text)
	const name = plainText(path)
	if (problem !== undefined) throw new UsageError(`${name}:${problem.line}:${problem.column}: ${problem.message}.`)
	const profile: unknown = JSON.parse(text)
	if (!isPlainObject(profile)) {
		throw new UsageError(`${name}: expected an object as { "extends": "default" }, got ${shown(profile)}.`)
	}
	const own = typeof profile.name === 'string' ? profile.name : basename(path).replace(/\.json$/i, '')
	return { name: own, profile }
}

function run(trace: Trace, word: string, command: ScaleCommand, columns: number): SimulatedProfile {
	const { startupSeconds } = command
	const { name, profile } = isProfileFile(word) ? profileFile(word) : { name: word, profile: word as ProfileName }
	const curve = new Curve(columns, trace.endSeconds - (trace.points[0]?.atSeconds ?? 0))
	const measures = orUsageError('--profile', word, () => {
		const own = resolveProfile(profile)
		const min = Math.min(command.min ?? own.min, command.max ?? Number.POSITIVE_INFINITY)
		const max = Math.max(command.max ?? (Number.isFinite(own.max) ? own.max : usualMost), min)
		return simulate(trace, profilePolicy(profile), { startupSeconds, min, max, onStretch: curve.add.bind(curve) })
	})
	return { profile: name, measures, curve }
}

/** @throws UsageError */
export function scale(command: ScaleCommand): void {
	const { trace: path, profiles, json } = command
	const trace = orUsageError('--simulate', path, () => parseTrace(textOfFile('--simulate', path, mostTraceBytes)))
	const width = process.stdout.columns || usualColumns
	const runs = profiles.map(word => run(trace, word, command, chartColumns(profiles, width)))
	if (json) {
		process.stdout.write(`${prettyJson(runs.map(({ profile, measures }) => ({ profile, ...measures })))}\n`)
		return
	}
	const theme = themeFor(process.env, process.stdout.isTTY === true, command)
	const seconds = trace.endSeconds - (trace.points[0]?.atSeconds ?? 0)
	const lines = scaleLines(runs, seconds, theme).map(line => paintLine(line, width, theme))
	process.stdout.write(`${lines.join('\n')}\n`)
}
