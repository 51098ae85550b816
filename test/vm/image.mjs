// The VM's root file system, in memory: busybox, this very Node with its libraries, the package and the suites.
import { execFileSync } from 'node:child_process'
import {
	chmodSync,
	closeSync,
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	realpathSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import { kernel, program } from './needs.mjs'

const guestPackage = ['package.json', 'dist', 'node_modules/node-gyp-build', 'test/container', 'test/vm/guest']
const folders = ['bin', 'proc', 'sys', 'dev', 'tmp', 'modules', 'guest/plimsoll']

/** What a boot needs, `{ emulator, kernelFolder, image }`, with its files in the folder. Installs and downloads what is missing. */
export function prepareMachine(project, folder) {
	const emulator = program('qemu-system-x86_64', 'qemu-system-x86')
	const busybox = program('busybox', 'busybox-static')
	const kernelFolder = kernel()
	const image = join(folder, 'image')
	writeImage({ project, kernelFolder, busybox, work: mkdtempSync(join(folder, 'root-')), target: image })
	return { emulator, kernelFolder, image }
}

/** Writes the image into the file `target`, with `work` as an empty folder to work in. */
function writeImage({ project, kernelFolder, busybox, work, target }) {
	chmodSync(work, 0o755) // it becomes "/", which others than root go through too
	for (const folder of folders) mkdirSync(join(work, folder), { recursive: true })
	copyFileSync(busybox, join(work, 'bin/busybox'))
	copyFileSync(realpathSync(process.execPath), join(work, 'bin/node'))
	for (const library of librariesOf(process.execPath)) {
		mkdirSync(join(work, dirname(library)), { recursive: true })
		copyFileSync(realpathSync(library), join(work, library))
	}
	for (const file of readdirSync(kernelFolder)) {
		if (file.endsWith('.ko')) copyFileSync(join(kernelFolder, file), join(work, 'modules', file))
	}
	for (const item of [...guestPackage, nativeBinary(project)]) {
		cpSync(join(project, item), join(work, 'guest/plimsoll', item), { recursive: true, dereference: true })
	}
	copyFileSync(join(project, 'test/vm/guest/init'), join(work, 'init'))
	// Not compressed: an emulated CPU would take longer to unpack it than the disk takes to read it.
	const output = openSync(target, 'w')
	try {
		execFileSync('sh', ['-c', `chmod +x init bin/* && find . | "${busybox}" cpio -o -H newc`], {
			cwd: work,
			stdio: ['ignore', output, 'ignore'],
		})
	} finally {
		closeSync(output)
	}
}

function librariesOf(program) {
	const text = execFileSync('ldd', [program], { encoding: 'utf8' })
	return [...text.matchAll(/(\/\S+) \(0x/g)].map(match => match[1])
}

// What node-gyp-build would take: a build of this checkout before a prebuild.
function nativeBinary(project) {
	const found = ['build/Release/plimsoll.node', 'prebuilds/linux-x64'].find(item => existsSync(join(project, item)))
	if (found === undefined) throw new Error('test:vm needs a build: npm run prepare')
	return found
}
