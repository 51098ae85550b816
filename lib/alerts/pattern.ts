// Regular expressions of matchers: JavaScript's, anchored at both ends as Prometheus's and Alertmanager's are. They come from who
// configures the alerts, as its code does, so that nobody else can make one backtrack for long. Any thread.
import { PlimsollError, shown } from '../errors.ts'

/** @internal */
export const longestPattern = 256

/** @throws ERR_INVALID_ARGUMENT @internal */
export function patternOf(source: string): RegExp {
	if (source.length > longestPattern) throw refused(source, `it has more than ${longestPattern} characters`)
	try {
		return new RegExp(`^(?:${source})$`, 'u')
	} catch (cause) {
		throw refused(source, (cause as Error).message)
	}
}

function refused(source: string, why: string): PlimsollError {
	return new PlimsollError('ERR_INVALID_ARGUMENT', `${shown(source)} is no regular expression: ${why}.`)
}
