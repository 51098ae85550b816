// When the kernel called one of its functions, by its function tracer, in the clock of process.hrtime. For suites of the VM: there is
// one tracer for the whole machine. https://docs.kernel.org/trace/ftrace.html
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const folder = '/sys/kernel/tracing'
const set = (file, text) => writeFileSync(`${folder}/${file}`, text)

/** From now on. */
export function traceCalls(functionName) {
	execFileSync('mount', ['-t', 'tracefs', 'tracefs', folder])
	set('trace_clock', 'mono')
	set('set_ftrace_filter', functionName)
	set('current_tracer', 'function')
}

/** Of the calls since the last time, by whom they were and when: `[{ caller, atMs }]`. */
export function callsTraced() {
	const lines = readFileSync(`${folder}/trace`, 'utf8').split('\n')
	set('trace', '')
	return lines.flatMap(line => {
		const [, seconds, caller] = /\s(\d+\.\d+): \w+ <-(\w+)/.exec(line) ?? []
		return caller === undefined ? [] : [{ caller, atMs: Number(seconds) * 1000 }]
	})
}
