// What holds a process and all that it starts: control groups, or a job object. Each system's file makes one. Any thread.
import type { GroupReading } from './group-reading.ts'
import type { GroupLimit } from './group-settings.ts'
import type { Outcome } from './limits.ts'

/** Nothing of it throws; what cannot be done is said. @internal */
export interface Group {
	/** Files in which a process writes "0" to join; none where it has to be taken in from outside. */
	readonly entrances: readonly string[]
	/** `Infinity` takes a limit away. */
	limit(limit: GroupLimit, value: number): Outcome
	/** Takes a running process in; undefined: done, else why not. */
	takeIn(pid: number): string | undefined
	freeze(frozen: boolean): boolean
	/** All that lives in it, by force. False: this group cannot. */
	kill(): boolean
	read(): GroupReading
	/** `memoryBytes` of `read()` alone, for every second. */
	chargedBytes(): number | undefined
	/** True when it has gone; false: something in it has not ended yet. */
	remove(): boolean
}

/** Makes groups, and says beforehand what they will hold. @internal */
export interface GroupMaker {
	/** Of a limit that a group made now would be given. */
	capability(limit: GroupLimit): Outcome
	/** A text: why there is none. */
	make(): Group | string
	/** All that is needed before a process enters, off the thread of JavaScript. */
	prepare(): Promise<void>
	/** Groups of owners that ended suddenly: killed and removed. What is left lives yet. */
	removeLeftOvers(): LeftOvers
	close(): void
}

export interface LeftOvers {
	/** Directories of groups that were there and have gone. */
	readonly removed: readonly string[]
	/** Those that would not go. */
	readonly left: readonly string[]
}
