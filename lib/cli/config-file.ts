// The file of `--config`: JSON that says what `initializeResourceManagement()` takes. Read once. Main thread.
import { shown } from '../errors.ts'
import { configProblems, type ResourceManagementConfig } from '../monitor/config.ts'
import { isPlainObject } from '../snapshot/options.ts'
import { syntaxProblem } from './json-syntax.ts'
import { plainText } from './span.ts'
import { textOfFile } from './text-file.ts'
import { UsageError } from './usage-error.ts'

const mostBytes = 256 * 1024 // so that a device or an endless pipe ends too

/** @throws UsageError naming the file, the place and what was expected */
export function readConfigFile(path: string): ResourceManagementConfig {
	return parseConfig(plainText(path), textOfFile('--config', path, mostBytes))
}

/** @throws UsageError */
export function parseConfig(name: string, text: string): ResourceManagementConfig {
	const problem = syntaxProblem(text)
	if (problem !== undefined) throw new UsageError(`${name}:${problem.line}:${problem.column}: ${problem.message}.`)
	const config: unknown = JSON.parse(text)
	if (!isPlainObject(config)) {
		throw new UsageError(
			`${name}: expected an object as { "thresholds": { "memory": { "warning": 70 } } }, got ${shown(config)}.`,
		)
	}
	const { pool = {}, ...judged } = config // a service reads the same file; the command makes no pool
	const problems = configProblems(judged)
	if (!isPlainObject(pool)) problems.push(`pool: expected an object, got ${shown(pool)}`)
	if (problems.length > 0) throw new UsageError(`${name} is wrong:\n  ${problems.join('\n  ')}`)
	return judged
}
