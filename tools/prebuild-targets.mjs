// What is prebuilt. A new platform is one more row here, and its reader list in native/sources.json.
import { existsSync, readFileSync } from 'node:fs'

// Without tables for unwinding, a seventh of an ELF binary: there are no exceptions, and no symbols that a trace could show.
const withoutUnwinding = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables']
const linux = { readers: 'linux', system: 'Linux', format: 'ELF', flags: withoutUnwinding }
const darwin = { readers: 'darwin', system: 'Darwin', format: 'Mach-O', flags: [], file: 'plimsoll.node' }
const windows = { readers: 'windows', system: 'Windows', format: 'PE', flags: [], file: 'plimsoll.node' }

/** Every target: what Zig calls it, and the place where node-gyp-build looks for its binary below prebuilds/. */
export const targets = [
	{ ...linux, folder: 'linux-x64', file: 'plimsoll.glibc.node', machine: 'x86_64', triple: 'x86_64-linux-gnu.2.28' },
	{ ...linux, folder: 'linux-x64', file: 'plimsoll.musl.node', machine: 'x86_64', triple: 'x86_64-linux-musl' },
	{ ...linux, folder: 'linux-arm64', file: 'plimsoll.glibc.node', machine: 'aarch64', triple: 'aarch64-linux-gnu.2.28' },
	{ ...linux, folder: 'linux-arm64', file: 'plimsoll.musl.node', machine: 'aarch64', triple: 'aarch64-linux-musl' },
	{ ...darwin, folder: 'darwin-x64', machine: 'x86_64', triple: 'x86_64-macos.11.0' },
	{ ...darwin, folder: 'darwin-arm64', machine: 'aarch64', triple: 'aarch64-macos.11.0' },
	{ ...windows, folder: 'win32-x64', machine: 'x86_64', triple: 'x86_64-windows-gnu' },
	{ ...windows, folder: 'win32-arm64', machine: 'aarch64', triple: 'aarch64-windows-gnu' },
]

const lists = JSON.parse(readFileSync(new URL('../native/sources.json', import.meta.url), 'utf8'))

/** Whether native/ has readers for the target's system yet. */
export const isSupported = target => (lists[target.readers] ?? []).length > 0

/** Where the target's binary lies, from the top of the repository. */
export const pathOf = target => `prebuilds/${target.folder}/${target.file}`

/** The row of the machine that runs this, or undefined. */
export function hostTarget() {
	const folder = `${process.platform}-${process.arch}`
	const ofArch = targets.filter(target => target.folder === folder)
	return ofArch.find(target => !target.file.includes('.musl.') === !runsOnMusl()) ?? ofArch[0]
}

const runsOnMusl = () => process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime

/** Text without which a binary of this layout is not accepted: native/layout_mark.cc embeds it. */
export const layoutMark = id => `plimsoll-layout:${id};`

/** What lib/ expects. */
export function expectedLayoutId() {
	const path = new URL('../lib/snapshot/fields.ts', import.meta.url)
	return Number(/layoutId: number = (\d+)/.exec(existsSync(path) ? readFileSync(path, 'utf8') : '')?.[1])
}
