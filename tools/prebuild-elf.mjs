// Reads what tools/check-prebuilds.mjs judges in a 64-bit little-endian ELF shared object: no readelf needed, so that the check
// runs on every machine. Format: System V gABI chapter 4 and 5, and the LSB for symbol versions.

const section = { symbols: 2, dynamic: 6, dynamicSymbols: 11, versions: 0x6fffffff, neededVersions: 0x6ffffffe }
const tag = { needed: 1, flags1: 0x6ffffffb }
const noDelete = 8
const undefinedSection = 0
const weak = 2
const machines = { 62: 'x86_64', 183: 'aarch64' }

const text = (bytes, offset) => bytes.toString('latin1', offset, bytes.indexOf(0, offset))
const word = (bytes, offset) => Number(bytes.readBigUInt64LE(offset))

function readSections(bytes) {
	const [start, size, count, namesIndex] = [word(bytes, 40), ...[58, 60, 62].map(offset => bytes.readUInt16LE(offset))]
	const sections = Array.from({ length: count }, (_, index) => {
		const at = start + index * size
		return {
			nameOffset: bytes.readUInt32LE(at),
			type: bytes.readUInt32LE(at + 4),
			offset: word(bytes, at + 24),
			size: word(bytes, at + 32),
			link: bytes.readUInt32LE(at + 40),
			info: bytes.readUInt32LE(at + 44),
		}
	})
	for (const one of sections) one.name = text(bytes, sections[namesIndex].offset + one.nameOffset)
	return sections
}

function readDynamic(bytes, sections) {
	const dynamic = sections.find(one => one.type === section.dynamic)
	const names = sections[dynamic.link].offset
	const found = { needed: [], flags1: 0 }
	for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
		const [key, value] = [word(bytes, at), word(bytes, at + 8)]
		if (key === tag.needed) found.needed.push(text(bytes, names + value))
		if (key === tag.flags1) found.flags1 = value
	}
	return found
}

// By index, as the symbols' versions name them: GLIBC_2.17 and the like.
function readNeededVersions(bytes, sections) {
	const names = new Map()
	const needed = sections.find(one => one.type === section.neededVersions)
	if (!needed) return names
	const texts = sections[needed.link].offset
	for (let left = needed.info, at = needed.offset; left > 0; left--, at += bytes.readUInt32LE(at + 12)) {
		let entry = at + bytes.readUInt32LE(at + 8)
		for (let entries = bytes.readUInt16LE(at + 2); entries > 0; entries--) {
			names.set(bytes.readUInt16LE(entry + 6), text(bytes, texts + bytes.readUInt32LE(entry + 8)))
			entry += bytes.readUInt32LE(entry + 12)
		}
	}
	return names
}

// What another file must define: { name, version }, without what may be absent (weak).
function readUndefined(bytes, sections, versionNames) {
	const table = sections.find(one => one.type === section.dynamicSymbols)
	const versions = sections.find(one => one.type === section.versions)
	const found = []
	for (let index = 1; index < table.size / 24; index++) {
		const at = table.offset + index * 24
		if (bytes.readUInt16LE(at + 6) !== undefinedSection || bytes[at + 4] >> 4 === weak) continue
		const name = text(bytes, sections[table.link].offset + bytes.readUInt32LE(at))
		const version = versions && versionNames.get(bytes.readUInt16LE(versions.offset + index * 2))
		found.push({ name, version })
	}
	return found
}

/** { needed, neededVersions, undefinedSymbols, isPinned, isStripped } of an ELF file's bytes. */
export function readElf(bytes) {
	const sections = readSections(bytes)
	const { needed, flags1 } = readDynamic(bytes, sections)
	const versionNames = readNeededVersions(bytes, sections)
	return {
		needed,
		neededVersions: [...new Set(versionNames.values())],
		undefinedSymbols: readUndefined(bytes, sections, versionNames),
		isPinned: (flags1 & noDelete) !== 0,
		isStripped: !sections.some(one => one.type === section.symbols || one.name.startsWith('.debug')),
	}
}

/** { format, machine } of a binary of any kind, by its first bytes. */
export function identify(bytes) {
	if (bytes.readUInt32BE(0) === 0x7f454c46) return { format: 'ELF', machine: machines[bytes.readUInt16LE(18)] }
	if (bytes.readUInt32LE(0) === 0xfeedfacf) {
		return { format: 'Mach-O', machine: { 16777223: 'x86_64', 16777228: 'aarch64' }[bytes.readUInt32LE(4)] }
	}
	if (bytes.toString('latin1', 0, 2) === 'MZ') {
		return { format: 'PE', machine: { 34404: 'x86_64', 43620: 'aarch64' }[bytes.readUInt16LE(bytes.readUInt32LE(60) + 4)] }
	}
	return { format: 'unknown', machine: undefined }
}
