// How things look: with colour or without, in Unicode or in ASCII. Main thread.

/** What a piece of text is, not how it looks. */
export type Role = 'plain' | 'title' | 'label' | 'faint' | 'strong' | 'good' | 'warning' | 'critical' | 'emergency' | 'trace'

export interface Glyphs {
	readonly barFull: string
	readonly barHalf: string
	readonly barRest: string
	/** A chart's levels, the lowest first. */
	readonly levels: readonly string[]
	readonly separator: string
	readonly unknown: string
	readonly cut: string
	readonly micro: string
	/** At what is selected, and the keys that select. */
	readonly pointer: string
	readonly arrows: string
}

export interface Theme extends Glyphs {
	readonly color: boolean
}

const unicode: Glyphs = {
	barFull: '━',
	barHalf: '╸',
	barRest: '─',
	levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	separator: ' · ',
	unknown: '–',
	cut: '…',
	micro: 'µ',
	pointer: '▸',
	arrows: '↑↓',
}

const ascii: Glyphs = {
	barFull: '#',
	barHalf: '#',
	barRest: '.',
	levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
	separator: ' | ',
	unknown: '-',
	cut: '>',
	micro: 'u',
	pointer: '>',
	arrows: 'j/k',
}

// The terminal's own sixteen colours: they fit whatever background its user chose.
const codes: { readonly [role in Role]: string } = {
	plain: '',
	title: '1',
	label: '1',
	faint: '2',
	strong: '1',
	good: '32',
	warning: '33',
	critical: '1;31',
	emergency: '1;7;31',
	trace: '36',
}

export interface Wishes {
	readonly color: boolean
	readonly ascii: boolean
}

export function makeTheme(wishes: Wishes): Theme {
	return { ...(wishes.ascii ? ascii : unicode), color: wishes.color }
}

/** What the environment and the options ask for. Colour only where it goes to a terminal. */
export function themeFor(environment: NodeJS.ProcessEnv, toTerminal: boolean, wishes: Wishes): Theme {
	const { NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG } = environment
	const locale = LC_ALL || LC_CTYPE || LANG || '' // the first that is set and not empty, as in setlocale(3)
	return makeTheme({
		color: wishes.color && toTerminal && !NO_COLOR && TERM !== 'dumb',
		ascii: wishes.ascii || !/utf-?8/i.test(locale),
	})
}

export function paint(text: string, role: Role, theme: Theme): string {
	const code = codes[role]
	return theme.color && code !== '' && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text
}
