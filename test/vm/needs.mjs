// What the VM is made of, by the names of Debian's packages: an emulator, busybox and a kernel. The kernel is kept in the
// user's cache folder; nothing else stays.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const quiet = ['ignore', 'pipe', 'inherit']
const modules = ['virtio', 'virtio_ring', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci', 'virtio_blk']

let updated = false

function apt(...args) {
	return execFileSync('apt-get', ['-qq', '-o', 'Acquire::Retries=5', ...args], { stdio: quiet })
}

function update() {
	if (!updated) apt('update')
	updated = true
}

/** The path of a program, installed if need be. */
export function program(name, packageName) {
	const find = () => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
	const found = find()
	if (found !== '') return found
	if (process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) {
		throw new Error(`test:vm needs ${name}. Install the package ${packageName}, or run as root on Debian.`)
	}
	update()
	apt('install', '--yes', '--no-install-recommends', packageName)
	return find()
}

/** The folder with `vmlinuz` and the modules, downloaded once. Needs no root: the package is only unpacked. */
export function kernel() {
	const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plimsoll-vm')
	const folder = join(cache, 'kernel')
	if (existsSync(join(folder, 'vmlinuz'))) return folder
	if (spawnSync('which', ['apt-get']).status !== 0) throw new Error('test:vm needs a kernel from Debian: there is no apt-get.')
	mkdirSync(cache, { recursive: true })
	const work = mkdtempSync(join(cache, 'download-'))
	try {
		download(work)
		const ready = join(work, 'kernel')
		mkdirSync(ready)
		collect(join(work, 'unpacked'), ready)
		try {
			renameSync(ready, folder)
		} catch (error) {
			if (!existsSync(join(folder, 'vmlinuz'))) throw error // else another run was faster
		}
	} finally {
		rmSync(work, { recursive: true, force: true })
	}
	return folder
}

function download(work) {
	const current = () => {
		const text = execFileSync('apt-cache', ['depends', 'linux-image-cloud-amd64'], { encoding: 'utf8', stdio: quiet })
		return /Depends: (linux-image-\S+)/.exec(text)?.[1]
	}
	if (process.getuid() === 0) update() // a stale list names kernels that are no longer there
	const name = current()
	if (name === undefined) throw new Error('test:vm: apt knows no linux-image-cloud-amd64.')
	execFileSync('apt-get', ['-qq', '-o', 'Acquire::Retries=5', '-o', 'APT::Sandbox::User=root', 'download', name], {
		cwd: work,
		stdio: quiet,
	})
	const file = readdirSync(work).find(entry => entry.endsWith('.deb'))
	execFileSync('dpkg-deb', ['-x', join(work, file), join(work, 'unpacked')])
}

function collect(from, to) {
	const boot = readdirSync(join(from, 'boot')).find(entry => entry.startsWith('vmlinuz-'))
	const version = boot.slice('vmlinuz-'.length)
	const drivers = join(from, 'lib', 'modules', version, 'kernel', 'drivers')
	for (const module of modules) {
		const folder = module === 'virtio_blk' ? 'block' : 'virtio'
		copyFileSync(join(drivers, folder, `${module}.ko`), join(to, `${module}.ko`))
	}
	copyFileSync(join(from, 'boot', boot), join(to, 'vmlinuz'))
}
