// Says whether what lies in prebuilds/ may be published: kind, size, what each binary needs of the system, its layout.
//   --all           the exact list of targets must be there, nothing less
//   --in FOLDER     judges FOLDER/prebuilds instead, and no tarball
//   --reproducible  builds once more, in another folder with an empty cache, and compares the bytes: all with --all, or the
//                   triples that follow; else this machine's one (minutes)
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { readMachO } from './mach-o.mjs'
import { signatureFits } from './mach-o-seal.mjs'
import { readPe } from './pe.mjs'
import { identify, readElf } from './prebuild-elf.mjs'
import { buildElsewhere } from './prebuild-reproduce.mjs'
import { expectedLayoutId, hostTarget, isSupported, layoutMark, pathOf, targets } from './prebuild-targets.mjs'
import { run, top } from './prebuild-toolchain.mjs'

const maximumBytes = 350_000
const maximumTarballBytes = 1_500_000
const newestGlibc = [2, 28]
// glibc's parts before 2.34, its loader, and musl, which is all of it in one file.
const systemLibraries = /^(libc|libm|libpthread|libdl|librt)\.so(\.\d+)?$|^ld-linux-(x86-64\.so\.2|aarch64\.so\.1)$/
const nodeSymbols = /^(napi_|node_api_|uv_)/
const oldestMacos = '11.0'
const macosLibraries = /^\/usr\/lib\/libSystem\.B\.dylib$/ // frameworks are opened at run time
// Nothing of node.exe, which may have any name; ucrt (as api-ms-win-crt-*) and the rest are in every Windows 10.
const windowsLibraries = /^(kernel32|ntdll|advapi32|iphlpapi|psapi|pdh|ws2_32|ucrtbase|msvcrt)\.dll$|^api-ms-win-[a-z0-9-]+\.dll$/

const inOption = process.argv.indexOf('--in')
const base = inOption < 0 ? top : resolve(process.argv[inOption + 1])

const reproducibleOption = process.argv.indexOf('--reproducible')
const triplesAsked = process.argv.slice(reproducibleOption + 1).filter(word => !word.startsWith('--'))

const problems = []
const problem = (where, text) => problems.push(`${where}: ${text}`)

function glibcFloor(versions) {
	const numbers = versions.map(version => /^GLIBC_(\d+)\.(\d+)/.exec(version)).filter(Boolean)
	const sorted = numbers.map(([, major, minor]) => [Number(major), Number(minor)]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
	return sorted.at(-1)
}

// Returns what to print about it.
function checkElf(path, bytes, isGlibc) {
	const elf = readElf(bytes)
	for (const name of elf.needed) if (!systemLibraries.test(name)) problem(path, `needs ${name}`)
	if (!elf.isStripped) problem(path, 'is not stripped')
	if (!elf.isPinned) problem(path, 'may be unloaded under the running thread (no DF_1_NODELETE)')
	const floor = glibcFloor(elf.neededVersions)
	if (!isGlibc) {
		if (floor) problem(path, 'needs glibc')
		// musl's symbols have no versions, but it has no C++.
		const missing = elf.undefinedSymbols.filter(({ name }) => name.startsWith('_Z') || name.startsWith('__cxa_pure'))
		if (missing.length > 0) problem(path, `nobody defines ${missing.map(({ name }) => name).join(', ')}`)
		return 'musl'
	}
	// A symbol of glibc always carries its version, so what has none is Node's or is nowhere. (musl has no versions.)
	const lost = elf.undefinedSymbols.filter(({ name, version }) => !version && !nodeSymbols.test(name))
	if (lost.length > 0) problem(path, `nobody defines ${lost.map(({ name }) => name).join(', ')}`)
	if (!floor) return 'no glibc symbol'
	if (floor[0] !== newestGlibc[0] || floor[1] > newestGlibc[1]) problem(path, `needs GLIBC_${floor.join('.')}`)
	return `GLIBC_${floor.join('.')}`
}

// dyld takes a symbol of "dynamic lookup" from anywhere or, when it is called, ends the process: so Node's only.
function checkMachO(path, bytes, machine) {
	const { libraries, minimum, signature, flatSymbols, boundCount, locals } = readMachO(bytes)
	for (const name of libraries) if (!macosLibraries.test(name)) problem(path, `needs ${name}`)
	if (minimum?.join('.') !== oldestMacos) problem(path, `needs macOS ${minimum?.join('.') ?? '(unsaid)'}, not ${oldestMacos}`)
	if (machine === 'aarch64' && signature !== 'ad hoc') problem(path, `has no ad-hoc signature (${signature ?? 'none'})`)
	if (!signatureFits(bytes)) problem(path, 'has a signature that does not fit its bytes')
	const lost = flatSymbols.filter(name => !nodeSymbols.test(name))
	if (lost.length > 0) problem(path, `nobody defines ${lost.join(', ')}`)
	if (flatSymbols.length === 0) problem(path, `asks Node for nothing (${boundCount} symbols bound)`)
	if (locals.length > 0) problem(path, `is not stripped (${locals.length} local symbols)`)
	return `macOS ${minimum?.join('.')}, ${signature ?? 'unsigned'}, ${flatSymbols.length} of ${boundCount} symbols from Node`
}

function checkPe(path, bytes) {
	const { libraries, exported, isStripped } = readPe(bytes)
	for (const name of libraries) if (!windowsLibraries.test(name)) problem(path, `needs ${name}`)
	if (!exported.includes('napi_register_module_v1')) problem(path, 'does not export napi_register_module_v1')
	if (!isStripped) problem(path, 'is not stripped')
	return libraries.map(name => name.replace(/^api-ms-win-(.*)-l\d.*$/, '$1').replace('.dll', '')).join(' ')
}

function checkFormat(target, path, bytes) {
	try {
		if (target.format === 'ELF') return checkElf(path, bytes, target.file.includes('.glibc.'))
		return target.format === 'PE' ? checkPe(path, bytes) : checkMachO(path, bytes, target.machine)
	} catch (error) {
		problem(path, `cannot be read: ${error.message}`)
	}
}

// The host's by loading it, in another process; any other by the text in it.
function checkLayout(target, path, bytes) {
	const expected = expectedLayoutId()
	if (hostTarget() === target) {
		try {
			const found = run(process.execPath, ['-p', `require(${JSON.stringify(join(base, path))}).layoutId`]).trim()
			if (found !== String(expected)) problem(path, `has layout ${found}, lib/ expects ${expected}`)
		} catch (error) {
			problem(path, `does not load here: ${/^Error: .*$/m.exec(error.message)?.[0] ?? error.message}`)
		}
	}
	if (!bytes.includes(layoutMark(expected))) problem(path, `does not contain "${layoutMark(expected)}" of native/layout_mark.cc`)
}

function checkTarget(target) {
	const path = pathOf(target)
	const bytes = readFileSync(join(base, path))
	const { format, machine } = identify(bytes)
	const facts = [format, machine, `${(bytes.length / 1000).toFixed(0)} kB`]
	if (bytes.length > maximumBytes) problem(path, `has ${bytes.length} bytes, more than ${maximumBytes}`)
	if (format !== target.format || machine !== target.machine) {
		problem(path, `is ${format} ${machine}, not ${target.format} ${target.machine}`)
	} else {
		facts.push(checkFormat(target, path, bytes))
		checkLayout(target, path, bytes)
	}
	console.log(`${path}  ${facts.join('  ')}`)
}

function checkList(all) {
	for (const target of targets) {
		const path = pathOf(target)
		if (existsSync(join(base, path))) checkTarget(target)
		else if (all)
			problem(
				path,
				isSupported(target) ? 'is missing: npm run prebuild:all' : `is missing: native/ has no ${target.readers} readers`,
			)
	}
	const known = new Set(targets.map(pathOf))
	const folders = readdirSync(join(base, 'prebuilds'), { withFileTypes: true }).filter(entry => entry.isDirectory())
	for (const { name: folder } of folders) {
		for (const file of readdirSync(join(base, 'prebuilds', folder))) {
			if (!known.has(`prebuilds/${folder}/${file}`)) problem(`prebuilds/${folder}/${file}`, 'is no target')
		}
	}
}

function checkTarball() {
	const shell = process.platform === 'win32'
	const answer = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { shell }))
	const { size, entryCount } = Object.values(answer)[0] // a list until npm 11, an object from 12
	console.log(`tarball  ${(size / 1000).toFixed(0)} kB, ${entryCount} files`)
	if (size > maximumTarballBytes) problem('tarball', `has ${size} bytes, more than ${maximumTarballBytes}`)
}

function checkReproducible(isAll, triples) {
	for (const [path, bytes] of buildElsewhere(isAll, triples)) {
		const here = join(top, path)
		const isSame = existsSync(here) && bytes.equals(readFileSync(here))
		console.log(`${path}  built once more: ${isSame ? 'the same' : 'ANOTHER'}`)
		if (!isSame) problem(path, 'is not what another build makes')
	}
}

checkList(process.argv.includes('--all'))
if (inOption < 0) checkTarball()
if (reproducibleOption > 0) checkReproducible(process.argv.includes('--all'), triplesAsked)
for (const text of problems) console.error(text)
console.log(problems.length === 0 ? 'prebuilds are in order' : `${problems.length} problem(s)`)
process.exitCode = problems.length === 0 ? 0 : 1
