// A real HTTP server on loopback that keeps what it is sent and answers as it is told.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
	readonly path: string
	readonly headers: IncomingHttpHeaders
	readonly body: string
}

export interface Receiver extends AsyncDisposable {
	readonly url: string
	readonly received: Received[]
	/** Resolves when this many requests have come. */
	until(count: number): Promise<void>
}

export async function receive(
	answer: (response: ServerResponse, nth: number) => void = response => response.end(),
): Promise<Receiver> {
	const received: Received[] = []
	let waiting: { readonly count: number; readonly resolve: () => void }[] = []
	const server = createServer(async (request, response) => {
		let body = ''
		for await (const piece of request.setEncoding('utf8')) body += piece
		received.push({ path: request.url ?? '', headers: request.headers, body })
		answer(response, received.length)
		for (const { count, resolve } of waiting) if (received.length >= count) resolve()
		waiting = waiting.filter(one => received.length < one.count)
	})
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
	const until = (count: number): Promise<void> =>
		received.length >= count ? Promise.resolve() : new Promise(resolve => waiting.push({ count, resolve }))
	const close = async (): Promise<void> => {
		server.closeAllConnections()
		await new Promise(resolve => server.close(resolve))
	}
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, until, [Symbol.asyncDispose]: close }
}
