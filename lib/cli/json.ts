// JSON in which what is unknown is null, not absent. Main thread.

function nullForUnknown(_key: string, value: unknown): unknown {
	return value === undefined ? null : value
}

/** On one line. */
export function compactJson(value: unknown): string {
	return JSON.stringify(value, nullForUnknown)
}

/** For people and for files. */
export function prettyJson(value: unknown): string {
	return JSON.stringify(value, nullForUnknown, 2)
}
