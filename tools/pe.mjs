// Reads what tools/check-prebuilds.mjs judges in a PE32+ file (a Windows DLL): no dumpbin needed, so that the check runs on every
// machine. Format: Microsoft's "PE Format": the optional header's data directories and the import and delay-import tables.

const directory = { exports: 0, imports: 1, delayImports: 13 }
const optionalHeader = 24 // after the signature and the file header
const isPe32Plus = 0x20b

const text = (bytes, offset) => bytes.toString('latin1', offset, bytes.indexOf(0, offset))

function readSections(bytes, header) {
	const first = header + optionalHeader + bytes.readUInt16LE(header + 20)
	return Array.from({ length: bytes.readUInt16LE(header + 6) }, (_, index) => {
		const at = first + index * 40
		return {
			name: bytes.toString('latin1', at, at + 8).replace(/\0.*$/, ''),
			address: bytes.readUInt32LE(at + 12),
			size: bytes.readUInt32LE(at + 16),
			offset: bytes.readUInt32LE(at + 20),
		}
	})
}

// The names of an import table: rows of that size, the DLL's name at that place, until a row without a name.
function readImported(bytes, place, { address }, rowSize, namePlace) {
	const names = []
	if (address === 0) return names
	for (let at = place(address); bytes.readUInt32LE(at + namePlace) !== 0; at += rowSize) {
		names.push(text(bytes, place(bytes.readUInt32LE(at + namePlace))).toLowerCase())
	}
	return names
}

function readExported(bytes, place, { address }) {
	if (address === 0) return []
	const at = place(address)
	const names = place(bytes.readUInt32LE(at + 32))
	return Array.from({ length: bytes.readUInt32LE(at + 24) }, (_, index) =>
		text(bytes, place(bytes.readUInt32LE(names + index * 4))),
	)
}

/** { libraries, exported, isStripped } of a PE32+ file's bytes; DLL names in lower case, delay-loaded ones included. */
export function readPe(bytes) {
	const header = bytes.readUInt32LE(60)
	if (bytes.readUInt16LE(header + optionalHeader) !== isPe32Plus) throw new Error('is no PE32+ file')
	const sections = readSections(bytes, header)
	const place = address => {
		const section = sections.find(one => address >= one.address && address < one.address + one.size)
		if (!section) throw new Error(`address ${address} is in no section`)
		return address - section.address + section.offset
	}
	const directoryAt = index => {
		const at = header + optionalHeader + 112 + index * 8
		return { address: bytes.readUInt32LE(at), size: bytes.readUInt32LE(at + 4) }
	}
	return {
		libraries: [
			...readImported(bytes, place, directoryAt(directory.imports), 20, 12),
			...readImported(bytes, place, directoryAt(directory.delayImports), 32, 4),
		],
		exported: readExported(bytes, place, directoryAt(directory.exports)),
		isStripped: bytes.readUInt32LE(header + 16) === 0 && !sections.some(({ name }) => name.startsWith('.debug')),
	}
}
