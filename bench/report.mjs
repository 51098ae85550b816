// How the benchmarks report: JSON with --json, else a small table, with the machine named.
import { readFileSync } from 'node:fs'
import { cpus, release, type } from 'node:os'

/** @param {string} option @returns {boolean} */
export const asked = option => process.argv.includes(option)

/** The machine, for figures mean nothing without it. */
export const machine = {
	cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
	cpus: cpus().length,
	kernel: `${type()} ${release()}`,
	node: process.version,
	loadAverage1m: loadAverage(),
}

function loadAverage() {
	try {
		return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
	} catch {
		return null
	}
}

/** @param {number[]} values @returns {number} */
export function median(values) {
	const sorted = [...values].sort((a, b) => a - b)
	const middle = sorted.length >> 1
	if (sorted.length === 0) return Number.NaN
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** For times of one thread's work: what interrupts it only adds. @param {number[]} values @returns {number} */
export const lowerQuartile = values => [...values].sort((a, b) => a - b)[values.length >> 2]

/** @param {number} value @param {number} digits @returns {number} */
export const rounded = (value, digits) => Number(value.toFixed(digits))

/**
 * @param {string} title
 * @param {object} result printed with --json
 * @param {(string | number)[][]} rows printed without it; the first holds the heads
 * @param {string[]} notes
 */
export function report(title, result, rows, notes = []) {
	if (asked('--json')) {
		console.log(JSON.stringify({ ...result, machine }))
		return
	}
	const text = rows.map(row => row.map(String))
	const widths = text[0].map((_, column) => Math.max(...text.map(row => (row[column] ?? '').length)))
	console.log(title)
	console.log(`${machine.cpu}, ${machine.cpus} CPUs, ${machine.kernel}, Node ${machine.node}, load ${machine.loadAverage1m}`)
	for (const row of text) {
		console.log(
			`  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ')}`,
		)
	}
	for (const note of notes) console.log(note)
}
