// Reads what tools/check-prebuilds.mjs judges in a 64-bit Mach-O file: no otool needed, so that the check runs on every machine.
// Format: Apple's mach-o/loader.h and, for what dyld looks up, the bind opcodes of LC_DYLD_INFO (or LC_DYLD_CHAINED_FIXUPS).

const command = {
	symbols: 0x2,
	dynamicSymbols: 0xb,
	library: 0xc,
	signature: 0x1d,
	dyldInfo: 0x22,
	oldMinimum: 0x24,
	build: 0x32,
	weakLibrary: 0x80000018,
	reexportedLibrary: 0x8000001f,
	onlyDyldInfo: 0x80000022,
	chainedFixups: 0x80000034,
}
const libraryCommands = [command.library, command.weakLibrary, command.reexportedLibrary]
const opcode = {
	ordinal: 0x10,
	longOrdinal: 0x20,
	specialOrdinal: 0x30,
	symbol: 0x40,
	addend: 0x60,
	segment: 0x70,
	address: 0x80,
	bind: 0x90,
	bindAndAdd: 0xa0,
	bindAndScale: 0xb0,
	bindTimes: 0xc0,
}
/** Ordinals of a bind that name no library: every image is searched, in any order. */
const flatOrdinals = new Set([-2, -3])

const text = (bytes, offset) => bytes.toString('latin1', offset, bytes.indexOf(0, offset))
const version = number => [number >> 16, (number >> 8) & 255]

function readCommands(bytes) {
	const commands = []
	for (let left = bytes.readUInt32LE(16), at = 32; left > 0; left--, at += bytes.readUInt32LE(at + 4)) {
		commands.push({ kind: bytes.readUInt32LE(at), at })
	}
	return commands
}

// Returns [number, place after it].
function readUleb(bytes, start) {
	let [value, scale, at] = [0, 1, start]
	for (;;) {
		const byte = bytes[at++]
		value += (byte & 127) * scale
		scale *= 128
		if (byte < 128) return [value, at]
	}
}

// One stream of bind opcodes, as dyld runs it: symbol → the ordinal of its library.
function runBinds(bytes, start, size, bound, isWeak) {
	let [ordinal, symbol] = [0, '']
	for (let at = start; at < start + size; ) {
		const kind = bytes[at] & 0xf0
		const immediate = bytes[at++] & 15
		if (kind === opcode.ordinal) ordinal = immediate
		else if (kind === opcode.longOrdinal) [ordinal, at] = readUleb(bytes, at)
		else if (kind === opcode.specialOrdinal) ordinal = immediate === 0 ? 0 : immediate - 16
		else if (kind === opcode.symbol) {
			symbol = text(bytes, at)
			at = bytes.indexOf(0, at) + 1
		} else if ([opcode.addend, opcode.segment, opcode.address, opcode.bindAndAdd].includes(kind)) at = readUleb(bytes, at)[1]
		else if (kind === opcode.bindTimes) at = readUleb(bytes, readUleb(bytes, at)[1])[1]
		if ([opcode.bind, opcode.bindAndAdd, opcode.bindAndScale, opcode.bindTimes].includes(kind)) {
			if (!isWeak) bound.set(symbol, ordinal)
			else if (!bound.has(symbol)) bound.set(symbol, 'weak') // its own definition, unless another image has one
		}
	}
}

function readBound(bytes, commands) {
	const info = commands.find(({ kind }) => kind === command.dyldInfo || kind === command.onlyDyldInfo)
	if (!info) throw new Error('no LC_DYLD_INFO: this reader knows no chained fixups')
	const bound = new Map()
	for (const [field, isWeak] of [
		[16, false],
		[32, false],
		[24, true],
	]) {
		runBinds(bytes, bytes.readUInt32LE(info.at + field), bytes.readUInt32LE(info.at + field + 4), bound, isWeak)
	}
	return bound
}

function readMinimum(bytes, commands) {
	const build = commands.find(({ kind }) => kind === command.build)
	if (build) return version(bytes.readUInt32LE(build.at + 12))
	const old = commands.find(({ kind }) => kind === command.oldMinimum)
	return old && version(bytes.readUInt32LE(old.at + 8))
}

// The code directory's flags, in the big-endian blob that LC_CODE_SIGNATURE points at (cs_blobs.h).
function readSignature(bytes, commands) {
	const found = commands.find(({ kind }) => kind === command.signature)
	if (!found) return undefined
	const start = bytes.readUInt32LE(found.at + 8)
	for (let index = 0; index < bytes.readUInt32BE(start + 8); index++) {
		const blob = start + bytes.readUInt32BE(start + 12 + index * 8 + 4)
		if (bytes.readUInt32BE(blob) === 0xfade0c02) return (bytes.readUInt32BE(blob + 12) & 2) !== 0 ? 'ad hoc' : 'other'
	}
	return 'empty'
}

// Names that are defined here and not exported: what a stripped file has none of, but for the linker's own branch islands.
function readLocals(bytes, commands) {
	const [table, ranges] = [command.symbols, command.dynamicSymbols].map(wanted => commands.find(({ kind }) => kind === wanted))
	if (!table || !ranges) return []
	const [symbols, texts] = [8, 16].map(offset => bytes.readUInt32LE(table.at + offset))
	const [first, count] = [8, 12].map(offset => bytes.readUInt32LE(ranges.at + offset))
	const names = Array.from({ length: count }, (_, index) =>
		text(bytes, texts + bytes.readUInt32LE(symbols + (first + index) * 16)),
	)
	return names.filter(name => !name.endsWith('__thunk'))
}

/** { libraries, minimum, signature, flatSymbols, boundCount, locals } of a Mach-O file's bytes. `minimum` is [major, minor]. */
export function readMachO(bytes) {
	const commands = readCommands(bytes)
	const named = kinds =>
		commands.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => text(bytes, at + bytes.readUInt32LE(at + 8)))
	const bound = readBound(bytes, commands)
	return {
		libraries: named(libraryCommands),
		minimum: readMinimum(bytes, commands),
		signature: readSignature(bytes, commands),
		flatSymbols: [...bound].filter(([, ordinal]) => flatOrdinals.has(ordinal)).map(([name]) => name.replace(/^_/, '')),
		boundCount: bound.size,
		locals: readLocals(bytes, commands),
	}
}
