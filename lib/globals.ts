// Types of Node's globals for declarations that have to compile in a project that knows neither @types/node nor the DOM. Types only.

/** AbortSignal, where the project knows it. */
export type AbortSignalLike = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
	? Signal
	: { readonly aborted: boolean }

/** URL, or anything that has its `href`. */
export interface UrlLike {
	readonly href: string
}
