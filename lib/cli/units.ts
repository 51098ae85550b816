// Numbers as people read them: three significant digits and a unit. Pure functions. Main thread.

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const thousandUnits = ['', 'k', 'M', 'G', 'T'] as const

// Three significant digits: 0.98, 9.81, 98.1, 981.
function digits(value: number): string {
	const size = Math.abs(value)
	if (size < 9.995) return value.toFixed(2)
	return value.toFixed(size < 99.95 ? 1 : 0)
}

// The next unit comes at 999.5 of the last one, so that a number never has four digits.
function scaled(value: number, step: number, units: readonly string[]): readonly [number, string] {
	let rest = value
	let unit = 0
	while (Math.abs(rest) >= 999.5 && unit < units.length - 1) {
		rest /= step
		unit++
	}
	return [rest, units[unit] ?? '']
}

/** 24.1 GiB */
export function bytes(value: number): string {
	const [rest, unit] = scaled(value, 1024, binaryUnits)
	return `${unit === 'B' ? Math.round(rest) : digits(rest)} ${unit}`
}

/** 1.23 MiB/s */
export function bytesPerSecond(value: number): string {
	return `${bytes(value)}/s`
}

/** 42.1 %; of 100 and more no decimals. */
export function percent(value: number): string {
	return `${value.toFixed(Math.abs(value) < 99.95 ? 1 : 0)} %`
}

/** 0.042 %: of what should be next to nothing. */
export function smallPercent(value: number): string {
	return value < 0.9995 ? `${value.toFixed(3)} %` : `${digits(value)} %`
}

/** 20000, 2.47M */
export function count(value: number): string {
	if (Math.abs(value) < 99_999.5) return String(Math.round(value))
	const [rest, unit] = scaled(value, 1000, thousandUnits)
	return `${digits(rest)}${unit}`
}

/** 12/s, 0.5/s, 2.6k/s */
export function perSecond(value: number): string {
	const [rest, unit] = scaled(value, 1000, thousandUnits)
	if (unit !== '') return `${digits(rest)}${unit}/s`
	return `${rest !== 0 && Math.abs(rest) < 9.95 ? rest.toFixed(1) : Math.round(rest)}/s`
}

/** 0.84, 1.5, 2 */
export function cores(value: number): string {
	return String(Number(value.toFixed(Math.abs(value) < 99.995 ? 2 : 0)))
}

/** 1.9 ms, 250 ms, 1.25 s */
export function milliseconds(value: number): string {
	if (value >= 999.5) return `${digits(value / 1000)} s`
	return `${value.toFixed(value < 99.95 ? 1 : 0)} ms`
}

/** 1 s, 80 ms: of what is set, not measured. */
export function interval(ms: number): string {
	return ms >= 1000 ? `${Number((ms / 1000).toFixed(2))} s` : `${ms} ms`
}

/** 12 s, 4 min, 2 h, 3 d: how long something has lasted; a clock that was set back makes it 0 s. */
export function age(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000))
	if (seconds < 60) return `${seconds} s`
	if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
	if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`
	return `${Math.floor(seconds / 86_400)} d`
}

/** 12.1 us; `micro` is the letter for a millionth. */
export function nanoseconds(value: number, micro: string): string {
	if (value < 999.5) return `${Math.round(value)} ns`
	const us = value / 1000
	return us < 999.5 ? `${digits(us)} ${micro}s` : `${digits(us / 1000)} ms`
}
