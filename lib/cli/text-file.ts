// A file that an option names, as text: all of it, and a device or an endless pipe ends too. Main thread.
import { closeSync, openSync, readSync } from 'node:fs'

import { shown } from '../errors.ts'
import { UsageError } from './usage-error.ts'

const chunkBytes = 1 << 20

const reasons: { readonly [code: string]: string } = {
	ENOENT: 'there is no such file',
	EACCES: 'permission denied',
	EISDIR: 'it is a directory',
	ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8',
}

function bytesOf(path: string, mostBytes: number): Buffer {
	const chunks: Buffer[] = []
	const file = openSync(path, 'r')
	try {
		let length = 0
		for (let count = -1; count !== 0 && length <= mostBytes; length += count) {
			const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, mostBytes + 1 - length))
			count = readSync(file, chunk, 0, chunk.length, null)
			chunks.push(chunk.subarray(0, count))
		}
	} finally {
		closeSync(file)
	}
	return Buffer.concat(chunks)
}

/** Without a byte order mark. @throws UsageError naming the option and the file */
export function textOfFile(option: string, path: string, mostBytes: number): string {
	try {
		const bytes = bytesOf(path, mostBytes)
		if (bytes.length <= mostBytes) return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException
		throw new UsageError(`${option}: ${shown(path)} cannot be read: ${reasons[code ?? ''] ?? message}.`)
	}
	throw new UsageError(`${option}: ${shown(path)} has more than ${mostBytes} bytes.`)
}
