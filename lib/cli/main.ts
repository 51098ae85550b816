#!/usr/bin/env node
// The command line `plimsoll`: arguments in, one command out, errors as messages. Main thread.
import { type Command, parseCommand } from './arguments.ts'
import { packageVersion } from './diagnosis.ts'
import { doctor } from './doctor.ts'
import { helpText } from './help.ts'
import { runLimited } from './run.ts'
import { scale } from './scale.ts'
import { snapshot } from './snapshot.ts'
import { top } from './top.ts'
import { UsageError } from './usage-error.ts'
import { Warnings } from './warnings.ts'
import { watch } from './watch.ts'

const warnings = new Warnings()
const failed = 1
const misused = 2

async function run(command: Command): Promise<void> {
	switch (command.name) {
		case 'top':
			return await top(command, warnings)
		case 'snapshot':
			return await snapshot(command)
		case 'watch':
			return await watch(command)
		case 'doctor':
			return await doctor(command)
		case 'run':
			process.exitCode = await runLimited(command)
			return
		case 'scale':
			return scale(command)
		case 'version':
			process.stdout.write(`${packageVersion()}\n`)
			return
		case 'help':
			process.stdout.write(helpText)
	}
}

function report(error: unknown): number {
	if (error instanceof UsageError) {
		process.stderr.write(`plimsoll: ${error.message}\nTry \`plimsoll --help\`.\n`)
		return misused
	}
	const { code, message, stack } = error as NodeJS.ErrnoException
	const named = code === undefined || message.startsWith(code) ? '' : `${code}: ` // Node's own messages have it already
	process.stderr.write(`plimsoll: ${named}${message ?? String(error)}\n`)
	if (process.env.PLIMSOLL_DEBUG) process.stderr.write(`${stack}\n`)
	return failed
}

// Who reads has had enough (`plimsoll watch | head`), or the terminal has gone: the end, and no error.
function endWithReader(error: NodeJS.ErrnoException): void {
	process.exit(error.code === 'EPIPE' || error.code === 'EIO' ? 0 : report(error))
}

process.stdout.on('error', endWithReader)
process.on('uncaughtException', error => process.exit(report(error)))
try {
	await run(parseCommand(process.argv.slice(2)))
} catch (error) {
	process.exitCode = report(error)
}
