// `npm run check:prebuilds` refuses what must not be published: copies of the real prebuilds, each with one thing spoilt, are
// given to the real program. A copy as it is passes first, so that every refusal is for what was spoilt.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expectedLayoutId, layoutMark, pathOf, targets } from '../../tools/prebuild-targets.mjs'
import { attempt, check, skip } from './checks.mjs'
import { top } from './installation.mjs'

const targetOf = (folder, file) => targets.find(target => target.folder === folder && target.file === file)
const glibc = targetOf('linux-x64', 'plimsoll.glibc.node')
const musl = targetOf('linux-x64', 'plimsoll.musl.node')
const armLinux = targetOf('linux-arm64', 'plimsoll.glibc.node')
const mac = targetOf('darwin-arm64', 'plimsoll.node')
const intelMac = targetOf('darwin-x64', 'plimsoll.node')
const windows = targetOf('win32-x64', 'plimsoll.node')

// The same bytes but for this text, of which there must be one to spoil. A replacement of another length is padded with zeros.
function withText(bytes, found, replacement) {
	const spoilt = Buffer.from(bytes)
	let count = 0
	for (let at = spoilt.indexOf(found, 0, 'latin1'); at >= 0; at = spoilt.indexOf(found, at + 1, 'latin1')) {
		spoilt.write(replacement.padEnd(found.length, '\0'), at, 'latin1')
		count++
	}
	assert.ok(count > 0 && replacement.length <= found.length, `no "${found}" to spoil`)
	return spoilt
}

// DT_FLAGS_1 (0x6ffffffb) with DF_1_NODELETE (8) taken away.
function unpinned(bytes) {
	const spoilt = Buffer.from(bytes)
	const at = spoilt.indexOf(Buffer.from('fbffff6f00000000', 'hex'))
	assert.ok(at > 0 && (spoilt[at + 8] & 8) !== 0)
	spoilt[at + 8] &= ~8
	return spoilt
}

// A Mach-O file in which the first load command of this kind has one 32-bit number changed.
function withCommand(kind, offset, value) {
	return bytes => {
		const spoilt = Buffer.from(bytes)
		let at = 32
		while (spoilt.readUInt32LE(at) !== kind) at += spoilt.readUInt32LE(at + 4)
		spoilt.writeUInt32LE(value, at + offset)
		return spoilt
	}
}

const newestMark = layoutMark(expectedLayoutId())
const otherMark = newestMark.replace(/\d(?=;)/, digit => (Number(digit) + 1) % 10)
const replacing = (found, replacement) => bytes => withText(bytes, found, replacement)

/** What is spoilt, of which target, how, and what the program has to say of it. */
const refusals = [
	['the layout of another version', glibc, replacing(newestMark, otherMark), /does not contain "plimsoll-layout:/],
	['the layout of another version (Windows)', windows, replacing(newestMark, otherMark), /does not contain "plimsoll-layout:/],
	['a symbol of a newer glibc', glibc, replacing('GLIBC_2.17', 'GLIBC_2.34'), /needs GLIBC_2\.34/],
	['one more library', glibc, replacing('libpthread.so.0', 'libstdc++.so.6'), /needs libstdc\+\+\.so\.6/],
	[
		'a function that nobody has',
		glibc,
		replacing('napi_create_double', 'mapi_create_double'),
		/nobody defines mapi_create_double/,
	],
	['debug information', glibc, replacing('\0.comment\0', '\0.debug_x\0'), /is not stripped/],
	['not pinned in memory', glibc, unpinned, /may be unloaded/],
	['needs glibc where musl is meant', musl, () => bytesOf(glibc), /needs glibc|needs GLIBC/],
	['more than 350 kB', glibc, bytes => Buffer.concat([bytes, Buffer.alloc(350_000)]), /more than 350000/],
	['cut off', glibc, bytes => bytes.subarray(0, 4096), /cannot be read/],
	['of another machine', glibc, () => bytesOf(armLinux), /is ELF aarch64, not ELF x86_64/],
	['of another machine (macOS)', mac, () => bytesOf(intelMac), /is Mach-O x86_64, not Mach-O aarch64/],
	['of another system', windows, () => bytesOf(glibc), /is ELF x86_64, not PE x86_64/],
	['no signature', mac, withCommand(0x1d, 0, 0x26), /has no ad-hoc signature \(none\)/],
	['other bytes than were signed', mac, replacing('napi_create_double', 'napi_create_dOuble'), /signature that does not fit/],
	['a newer macOS', mac, withCommand(0x32, 12, 14 << 16), /needs macOS 14\.0, not 11\.0/],
	[
		'one more library (macOS)',
		mac,
		replacing('/usr/lib/libSystem.B.dylib', '/usr/lib/libc++.1.dylib'),
		/needs \/usr\/lib\/libc\+\+/,
	],
	[
		'a function that nobody has (macOS)',
		mac,
		replacing('_napi_create_double', '_mapi_create_double'),
		/nobody defines mapi_create_double/,
	],
	['local symbols', intelMac, withCommand(0xb, 12, 1), /is not stripped/],
	['one more library (Windows)', windows, replacing('KERNEL32.dll', 'node.exe'), /needs node\.exe/i],
	[
		'nothing exported',
		windows,
		replacing('napi_register_module_v1', 'napi_register_module_v0'),
		/does not export napi_register_module_v1/,
	],
	['debug information (Windows)', windows, replacing('.pdata\0\0', '.debug$S'), /is not stripped/],
]

const bytesOf = target => readFileSync(join(top, pathOf(target)))

function judge(folder) {
	const { status, output } = attempt(process.execPath, [join(top, 'tools', 'check-prebuilds.mjs'), '--all', '--in', folder])
	return { status, output }
}

function refused(folder, pattern) {
	const { status, output } = judge(folder)
	assert.match(output, pattern)
	assert.equal(status, 1)
}

/** In a scratch folder of its own. Skips, with the reason, where not all targets have been built. */
export function checkRefusals(folder) {
	const missing = targets.filter(target => !existsSync(join(top, pathOf(target))))
	const name = 'check:prebuilds refuses'
	if (missing.length > 0) return skip(name, `not built: ${missing.map(pathOf).join(', ')} (npm run prebuild:all)`)
	mkdirSync(folder, { recursive: true })
	cpSync(join(top, 'prebuilds'), join(folder, 'prebuilds'), { recursive: true })
	check('check:prebuilds accepts a copy of prebuilds/', () => {
		const { status, output } = judge(folder)
		assert.equal(status, 0, output)
	})
	for (const [what, target, spoil, pattern] of refusals) {
		check(`${name}: ${what}`, () => {
			writeFileSync(join(folder, pathOf(target)), spoil(bytesOf(target)))
			refused(folder, pattern)
		})
		writeFileSync(join(folder, pathOf(target)), bytesOf(target))
	}
	check(`${name}: a file of no target`, () => {
		const stranger = join(folder, 'prebuilds', 'linux-x64', 'node.napi.node')
		writeFileSync(stranger, 'x')
		refused(folder, /node\.napi\.node: is no target/)
		rmSync(stranger)
	})
	check(`${name}: a target that is missing`, () => {
		rmSync(join(folder, pathOf(mac)))
		refused(folder, /darwin-arm64\/plimsoll\.node: is missing/)
		mkdirSync(dirname(join(folder, pathOf(mac))), { recursive: true })
		writeFileSync(join(folder, pathOf(mac)), bytesOf(mac))
	})
}
