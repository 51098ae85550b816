// The parts that the live view is made of, and how they put figures into words. Pure functions. Main thread.
import type { DetectorStats } from '../detection/detector.ts'
import type { SystemResources } from '../detection/resources.ts'
import type { JudgedName } from '../limits/judged.ts'
import { defaultThresholds } from '../limits/thresholds.ts'
import type { ScalerHere } from '../scaling/published.ts'
import type { FieldName, Reason } from '../snapshot/fields.ts'
import type { AgentRow } from './agent-sections.ts'
import { type Marks, marksOf } from './bar.ts'
import type { Row, Trend } from './grid.ts'
import type { History, Series } from './history.ts'
import type { Judgement } from './judgement.ts'
import type { Theme } from './theme.ts'

/** All that a frame shows. */
export interface View {
	readonly resources: SystemResources
	readonly history: History
	/** The sampler's own cost; `undefined` for a recorded machine. */
	readonly stats: DetectorStats | undefined
	readonly why: (field: FieldName) => Reason | undefined
	/** `undefined` for a recorded machine. */
	readonly judgement: Judgement | undefined
	/** Id of the alert that keys act on. */
	readonly selected?: string | undefined
	/** Processes that plimsoll holds to limits; not of a recorded machine. */
	readonly agents?: readonly AgentRow[] | undefined
	/** Scalers of any process; not of a recorded machine. */
	readonly scalers?: readonly ScalerHere[] | undefined
	/** Of the top line: host, kernel, clock. */
	readonly title: readonly string[]
}

/** A row and the words that go with it; of lower rank is what a small screen keeps. */
export interface Section {
	readonly rank: number
	readonly row: Row
	/** Words below the row, or beside its chart when that has room to grow. */
	readonly notes?: readonly string[]
	readonly noteRank?: number
	/** So many more lines its chart may take on a large screen. */
	readonly grows?: number
	/** A blank line goes above it where there is room. */
	readonly opens?: boolean
}

/** What a large screen alone has room for. */
export const extraRank = 6

/** A figure in words, or the sign for what is unknown. */
export type Show = <T>(value: T | undefined, format: (value: T) => string) => string

/** What a section is written from. */
export interface Context extends View {
	readonly show: Show
	readonly trend: (series: Series, scale: Omit<Trend, 'values'>) => Trend
	/** Where the thresholds of a share are. */
	readonly marks: (name: JudgedName) => Marks
}

export function contextOf(view: View, theme: Theme): Context {
	const thresholds = view.judgement?.thresholds ?? defaultThresholds
	return {
		...view,
		show: (value, format) => (value === undefined ? theme.unknown : format(value)),
		trend: (series, scale) => ({ values: view.history.of(series), ...scale }),
		marks: name => marksOf(thresholds[name]),
	}
}

/** A chart of a share: its height means the same everywhere. */
export const wholeScale: Omit<Trend, 'values'> = { floor: 100, ceiling: 100 }
