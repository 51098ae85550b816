// Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats). Pure; any thread.

/** @internal */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** @internal */
export type Labels = { readonly [name: string]: string }

/** @internal */
export interface FamilyHead {
	readonly name: string
	readonly type: 'gauge' | 'counter'
	readonly help: string
}

/** Series by family, in the order in which families were first named. @internal */
export class Exposition {
	readonly #families = new Map<string, { readonly head: FamilyHead; readonly lines: Map<string, string> }>()

	readonly #notes = new Set<string>()

	/** `undefined` and NaN: not known, so there is no such series. A second value of one series is left out: it would void them all. */
	add(head: FamilyHead, labels: Labels, value: number | undefined): void {
		let family = this.#families.get(head.name)
		if (family === undefined) {
			family = { head, lines: new Map() }
			this.#families.set(head.name, family)
		}
		if (value === undefined || Number.isNaN(value)) return
		const series = `${head.name}${labelText(labels)}`
		if (!family.lines.has(series)) family.lines.set(series, `${series} ${numberText(value)}`)
	}

	/** A line for who reads the text; Prometheus passes over it. */
	note(text: string): void {
		this.#notes.add(`# plimsoll: ${text.replaceAll('\n', ' ')}.\n`)
	}

	toString(): string {
		let text = [...this.#notes].join('')
		for (const { head, lines } of this.#families.values()) {
			if (lines.size === 0) continue
			text += `# HELP ${head.name} ${escapedHelp(head.help)}\n# TYPE ${head.name} ${head.type}\n`
			for (const line of lines.values()) text += `${line}\n`
		}
		return text
	}
}

function labelText(labels: Labels): string {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`)
	return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

// A lone surrogate is no text in UTF-8, which the format is.
function escapedLabel(value: string): string {
	return wellFormed(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapedHelp(text: string): string {
	return wellFormed(text).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function wellFormed(text: string): string {
	return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
}

function numberText(value: number): string {
	if (Number.isFinite(value)) return String(value)
	return value > 0 ? '+Inf' : '-Inf'
}
