// The file of `--config`: JSON that says what `initializeResourceManagement()` takes. Read once. Main thread.
import { closeSync, openSync, readSync } from 'node:fs'

import { shown } from '../errors.ts'
import { configProblems, type ResourceManagementConfig } from '../monitor/config.ts'
import { isPlainObject } from '../snapshot/options.ts'
import { syntaxProblem } from './json-syntax.ts'
import { plainText } from './span.ts'
import { UsageError } from './usage-error.ts'

const mostBytes = 256 * 1024 // so that a device or an endless pipe ends too

/** @throws UsageError naming the file, the place and what was expected */
export function readConfigFile(path: string): ResourceManagementConfig {
	return parseConfig(plainText(path), textOf(path))
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
	const problems = configProblems(config)
	if (problems.length > 0) throw new UsageError(`${name} is wrong:\n  ${problems.join('\n  ')}`)
	return config
}

function textOf(path: string): string {
	try {
		const buffer = Buffer.alloc(mostBytes + 1)
		const file = openSync(path, 'r')
		let length = 0
		try {
			for (let count = -1; count !== 0 && length < buffer.length; length += count) {
				count = readSync(file, buffer, length, buffer.length - length, null)
			}
		} finally {
			closeSync(file)
		}
		if (length <= mostBytes) return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length)) // without a BOM
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException
		throw new UsageError(`--config: ${shown(path)} cannot be read: ${reasons[code ?? ''] ?? message}.`)
	}
	throw new UsageError(`--config: ${shown(path)} has more than ${mostBytes} bytes.`)
}

const reasons: { readonly [code: string]: string } = {
	ENOENT: 'there is no such file',
	EACCES: 'permission denied',
	EISDIR: 'it is a directory',
	ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8',
}
