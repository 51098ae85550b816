// The command line, or the file that it names, is wrong; the message says what would be right. Main thread.

export class UsageError extends Error {
	override readonly name = 'UsageError'
}
