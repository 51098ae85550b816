// What a simulation of scaling shows: a table of its measures, and charts of load and capacity. Pure functions. Main thread.
import type { ScalingMeasures } from '../scaling/simulation/measures.ts'
import type { Stretch } from '../scaling/simulation/simulation.ts'
import { cut, type Line, plainText, span } from './span.ts'
import { sparkline } from './sparkline.ts'
import type { Theme } from './theme.ts'
import { age, count, percent } from './units.ts'

/** One profile's run. */
export interface SimulatedProfile {
	readonly profile: string
	readonly measures: ScalingMeasures
	readonly curve: Curve
}

/** Load and capacity over time, in so many columns. */
export class Curve {
	readonly #columnSeconds: number
	readonly #seconds: Float64Array
	readonly #load: Float64Array
	readonly #ready: Float64Array
	readonly #overloaded: Uint8Array

	constructor(columns: number, seconds: number) {
		this.#columnSeconds = seconds / columns
		this.#seconds = new Float64Array(columns)
		this.#load = new Float64Array(columns)
		this.#ready = new Float64Array(columns)
		this.#overloaded = new Uint8Array(columns)
	}

	add({ atSeconds, seconds, load, readyUnits }: Stretch): void {
		const last = this.#seconds.length - 1
		for (let at = atSeconds, left = seconds; left > 0; ) {
			const column = Math.min(last, Math.floor(at / this.#columnSeconds + 1e-9))
			const room = column === last ? left : (column + 1) * this.#columnSeconds - at
			const part = Math.min(left, Math.max(room, 1e-6))
			this.#seconds[column] = (this.#seconds[column] ?? 0) + part
			this.#load[column] = (this.#load[column] ?? 0) + part * load
			this.#ready[column] = (this.#ready[column] ?? 0) + part * readyUnits
			if (load > readyUnits) this.#overloaded[column] = 1
			at += part
			left -= part
		}
	}

	load(): number[] {
		return Array.from(this.#load, (sum, column) => sum / (this.#seconds[column] ?? 0))
	}

	ready(): number[] {
		return Array.from(this.#ready, (sum, column) => sum / (this.#seconds[column] ?? 0))
	}

	/** Whether load went unserved. */
	unserved(): boolean[] {
		return Array.from(this.#overloaded, Boolean)
	}
}

const longestName = 24
const heads = ['profile', 'overloaded', 'unserved', 'capacity', 'actions/h', 'reversals/h'] as const

function cellsOf({ profile, measures }: SimulatedProfile, theme: Theme): string[] {
	const { overloadedSeconds, unservedPercent, capacityOverIdeal, actionsPerHour, reversalsPerHour } = measures
	return [
		cut(plainText(profile), longestName, theme),
		`${count(overloadedSeconds)} s`,
		unservedPercent === undefined ? theme.unknown : percent(unservedPercent),
		capacityOverIdeal === undefined ? theme.unknown : `${capacityOverIdeal.toFixed(2)} x`,
		actionsPerHour.toFixed(1),
		reversalsPerHour.toFixed(1),
	]
}

function tableLines(runs: readonly SimulatedProfile[], theme: Theme): Line[] {
	const rows = [[...heads], ...runs.map(run => cellsOf(run, theme))]
	const widths = heads.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
	return rows.map((row, place) => {
		const [name = '', ...numbers] = row
		const padded = numbers.map((cell, column) => `  ${cell.padStart(widths[column + 1] ?? 0)}`).join('')
		return [span(` ${name.padEnd(widths[0] ?? 0)}`, 'label'), span(padded, place === 0 ? 'faint' : 'plain')]
	})
}

/** So wide are charts of these profiles. */
export function chartColumns(profiles: readonly string[], columns: number): number {
	return Math.max(1, columns - labelColumns(profiles) - 2)
}

function labelColumns(profiles: readonly string[]): number {
	return Math.min(longestName, Math.max('load'.length, ...profiles.map(name => name.length))) + 2
}

const chartRows = 3

function chart(label: string, values: readonly number[], top: number, width: number, theme: Theme): Line[] {
	return sparkline(values, values.length, chartRows, top, theme).map((row, number) => [
		span(` ${cut(number === 0 ? label : '', width - 1, theme)}`.padEnd(width), 'label'),
		span(row, 'trace'),
	])
}

function chartLines(runs: readonly SimulatedProfile[], theme: Theme): Line[] {
	const width = labelColumns(runs.map(({ profile }) => plainText(profile)))
	const load = runs[0]?.curve.load() ?? []
	const top = Math.max(Number.MIN_VALUE, ...load, ...runs.flatMap(({ curve }) => curve.ready()))
	return [
		...chart('load', load, top, width, theme),
		...runs.flatMap(({ profile, curve }): Line[] => {
			const marks = curve.unserved().map(missed => (missed ? '!' : ' '))
			return [
				...chart(plainText(profile), curve.ready(), top, width, theme),
				[span(' '.repeat(width)), span(marks.join(''), 'critical')],
			]
		}),
	]
}

/** `seconds`: how long the trace is. */
export function scaleLines(runs: readonly SimulatedProfile[], seconds: number, theme: Theme): Line[] {
	const { separator } = theme
	const legend = [`ready units over ${age(seconds * 1000)}`, 'one scale for all', '! load went unserved'].join(separator)
	return [...tableLines(runs, theme), [], ...chartLines(runs, theme), [span(` ${legend}`, 'faint')]]
}
