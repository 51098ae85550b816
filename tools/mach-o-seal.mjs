// Makes what Zig's linker (0.16) leaves to chance in a Mach-O file the same each time: the last indirect symbols, which nothing
// uses, are whatever was in memory, and the UUID and the ad-hoc signature are computed over them. Also tells whether a signature
// fits: the kernel of macOS on arm64 kills a process that runs a page which it does not fit.
// Format: Apple's mach-o/loader.h; cs_blobs.h for the code directory, which is big-endian.
import { createHash } from 'node:crypto'

const command = { dynamicSymbols: 0xb, segment: 0x19, uuid: 0x1b, signature: 0x1d }
const stubs = 8 // the kind of section
const codeDirectory = 0xfade0c02
const sha256 = 2 // the code directory's number for it
const hashBytes = 32

const digest = bytes => createHash('sha256').update(bytes).digest()

function findCommand(bytes, kind) {
	for (let left = bytes.readUInt32LE(16), at = 32; left > 0; left--, at += bytes.readUInt32LE(at + 4)) {
		if (bytes.readUInt32LE(at) === kind) return at
	}
}

function countStubs(bytes) {
	for (let left = bytes.readUInt32LE(16), at = 32; left > 0; left--, at += bytes.readUInt32LE(at + 4)) {
		if (bytes.readUInt32LE(at) !== command.segment) continue
		for (let index = 0, section = at + 72; index < bytes.readUInt32LE(at + 64); index++, section += 80) {
			if (bytes[section + 64] !== stubs) continue
			return Number(bytes.readBigUInt64LE(section + 40)) / bytes.readUInt32LE(section + 72)
		}
	}
	return 0
}

// The table has the stubs' names, those of the global offset table and the stubs' once more. The linker makes room for a name of
// each global offset and writes those of imported ones alone: what lies behind the stubs' second list was never written.
function clearUnwritten(bytes) {
	const at = findCommand(bytes, command.dynamicSymbols)
	const start = bytes.readUInt32LE(at + 56)
	const table = bytes.subarray(start, start + 4 * bytes.readUInt32LE(at + 60))
	const listBytes = 4 * countStubs(bytes)
	const again = table.indexOf(table.subarray(0, listBytes), listBytes)
	if (listBytes === 0 || again < 0) throw new Error('the indirect symbols are not in the order that Zig 0.16 writes')
	table.fill(0, again + listBytes)
}

// Over all but itself and the signature; marked as a UUID that is made of a hash (RFC 9562, version 8).
function writeUuid(bytes) {
	const at = findCommand(bytes, command.uuid) + 8
	const signature = findCommand(bytes, command.signature)
	bytes.fill(0, at, at + 16)
	digest(bytes.subarray(0, signature === undefined ? bytes.length : bytes.readUInt32LE(signature + 8))).copy(bytes, at, 0, 16)
	bytes[at + 6] = (bytes[at + 6] & 0x0f) | 0x80
	bytes[at + 8] = (bytes[at + 8] & 0x3f) | 0x80
}

// The signed pages: [{ at: where the page's hash stands, hash: what it should be }].
function pageHashes(bytes) {
	const found = findCommand(bytes, command.signature)
	if (found === undefined) return []
	const start = bytes.readUInt32LE(found + 8)
	const blobs = Array.from(
		{ length: bytes.readUInt32BE(start + 8) },
		(_, index) => start + bytes.readUInt32BE(start + 16 + index * 8),
	)
	const at = blobs.find(blob => bytes.readUInt32BE(blob) === codeDirectory)
	if (at === undefined || bytes[at + 37] !== sha256) throw new Error('no code directory of SHA-256 hashes')
	const [hashes, count, limit, page] = [
		at + bytes.readUInt32BE(at + 16),
		bytes.readUInt32BE(at + 28),
		bytes.readUInt32BE(at + 32),
		1 << bytes[at + 39],
	]
	return Array.from({ length: count }, (_, index) => ({
		at: hashes + index * hashBytes,
		hash: digest(bytes.subarray(index * page, Math.min((index + 1) * page, limit))),
	}))
}

/** Changes a Mach-O file's bytes in place. */
export function seal(bytes) {
	clearUnwritten(bytes)
	writeUuid(bytes)
	for (const { at, hash } of pageHashes(bytes)) hash.copy(bytes, at)
}

/** Whether every page has the hash that the signature says; true where there is no signature. */
export const signatureFits = bytes => pageHashes(bytes).every(({ at, hash }) => hash.equals(bytes.subarray(at, at + hashBytes)))
