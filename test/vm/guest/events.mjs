// Suite: what the kernel pushes to a process in a cgroup v2 group: memory events of its levels, pressure.
import { chownSync } from 'node:fs'
import { release } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

import { ended, kill, move, startBurner, startEater } from '../../container/limited.mjs'
import { inFamily, inGroup, MiB } from './in_group.mjs'

const memoryOnly = { pressure: { triggers: [] } }
const nobody = 65534
const [major = 0, minor = 0] = release().split('.').map(Number)
const kernel = major * 100 + minor

export async function run(report) {
	await report.scene('memory.high', () => high(report))
	await report.scene('OOM kill', () => oomKill(report))
	await report.scene('the parent’s limit', () => parentLimit(report))
	await report.scene('pressure', () => pressure(report))
	await report.scene('unprivileged', () => unprivileged(report))
	await report.scene('unprivileged, delegated', () => delegated(report))
	await report.scene('moved', () => moved(report))
}

// The events of that kind once one of them is as wanted, or what there is after a while.
async function told(probe, kind, wanted) {
	for (let attempt = 0; ; attempt++) {
		const all = await probe.ask('told', { kind })
		if (all.some(({ event }) => wanted(event)) || attempt === 400) return all
		await sleep(50)
	}
}

async function memoryEvent(probe, name, levelsUp = 0) {
	const wanted = event => event.event === name && event.levelsUp === levelsUp
	return (await told(probe, 'memory', wanted)).find(({ event }) => wanted(event))
}

async function high(report) {
	await inGroup({ 'memory.high': 150 * MiB }, highInGroup(report), 'listener')
}

const highInGroup = report => async probe => {
	await probe.ask('open')
	const serving = await probe.ask('listen', memoryOnly)
	report.equal('served', serving[0]?.served, 'pushed')
	report.equal('nothing before', (await probe.ask('told', { kind: 'memory' })).length, 0)
	await probe.ask('hold', { bytes: 160 * MiB })
	const found = await memoryEvent(probe, 'high')
	report.equal('pushed', found?.event.pushed, true)
	report.atLeast('count', found?.event.count, 1)
	await sleep(2500)
	const times = (await probe.ask('told', { kind: 'memory' })).map(({ event }) => event.atSeconds)
	const gaps = times.slice(1).map((time, index) => time - times[index])
	report.atLeast('at most once a second', Math.min(...gaps, 1), 0.99)
}

async function oomKill(report) {
	await inGroup(
		{ 'memory.max': 160 * MiB },
		async (probe, group) => {
			await probe.ask('open')
			await probe.ask('listen', memoryOnly)
			await ended(startEater([group]))
			for (const name of ['max', 'oom', 'oom_kill']) {
				const found = await memoryEvent(probe, name)
				report.equal(`${name} is pushed`, found?.event.pushed, true)
			}
			report.equal('one kill', (await memoryEvent(probe, 'oom_kill'))?.event.count, 1)
		},
		'listener',
	)
}

async function parentLimit(report) {
	await inFamily(
		{ 'memory.max': 250 * MiB },
		{},
		{},
		async (probe, { sibling }) => {
			await probe.ask('open')
			await probe.ask('listen', memoryOnly)
			await ended(startEater([sibling]))
			const found = await memoryEvent(probe, 'oom', 1)
			report.equal('out of memory of the parent is pushed', found?.event.pushed, true)
			const all = await probe.ask('told', { kind: 'memory' })
			report.equal('a sibling’s kill is not ours', all.filter(({ event }) => event.event === 'oom_kill').length, 0)
			report.equal('nor is anything of the own level', all.filter(({ event }) => event.levelsUp === 0).length, 0)
		},
		'listener',
	)
}

const stall = (source, resource, windowMs = 1000) => ({ source, resource, level: 'some', stallMs: 50, windowMs })

async function pressure(report) {
	await inGroup(
		{ 'memory.high': 120 * MiB },
		async (probe, group) => {
			await probe.ask('open')
			const triggers = [stall('container', 'cpu'), stall('system', 'cpu'), stall('container', 'memory')]
			const serving = await probe.ask('listen', { pressure: { triggers, memoryEvents: false } })
			report.equal('all are pushed', serving.map(({ served }) => served).join(), 'pushed,pushed,pushed')
			report.equal('in the window that was asked for', serving[0]?.windowMs, 1000)
			const burners = [1, 2, 3, 4].map(() => startBurner([group]))
			for (const source of ['container', 'system']) {
				const found = await told(probe, 'pressure', event => event.source === source && event.resource === 'cpu')
				report.equal(
					`${source}, CPU`,
					found.some(({ event }) => event.source === source && event.pushed),
					true,
				)
			}
			for (const burner of burners) await kill(burner)
			const eater = startEater([group]) // reclaims at memory.high for ever
			const found = await told(probe, 'pressure', event => event.resource === 'memory')
			await kill(eater)
			const [event] = found.map(({ event }) => event).filter(({ resource }) => resource === 'memory')
			report.equal('container, memory', JSON.stringify([event?.pushed, event?.stallMs, event?.windowMs]), '[true,50,1000]')
		},
		'listener',
	)
}

async function unprivileged(report) {
	await inGroup(
		{ 'memory.max': 160 * MiB },
		async (probe, group) => {
			await probe.ask('becomeNobody')
			await probe.ask('open')
			const triggers = [stall('system', 'cpu'), stall('container', 'cpu')]
			const [system, container, memory] = await probe.ask('listen', { pressure: { triggers } })
			// Where the kernel (6.4, and older ones that were given the change) lets it, then in multiples of 2 s.
			const [served, detail] = system?.served === 'pushed' ? ['pushed', 2000] : ['polled', 'denied']
			report.equal('the host’s pressure', `${system?.served} ${system?.windowMs ?? system?.why}`, `${served} ${detail}`)
			report.equal('the container’s pressure', `${container?.served} ${container?.why}`, 'polled denied')
			report.equal('memory events', memory?.served, 'pushed')
			const burners = [1, 2, 3, 4].map(() => startBurner([group]))
			const found = await told(probe, 'pressure', event => event.source === 'container')
			for (const burner of burners) await kill(burner)
			report.equal(
				'the fallback tells',
				found.some(({ event }) => event.source === 'container' && !event.pushed),
				true,
			)
			await ended(startEater([group]))
			report.equal('a kill is pushed', (await memoryEvent(probe, 'oom_kill'))?.event.pushed, true)
		},
		'listener',
	)
}

async function delegated(report) {
	await inGroup(
		{},
		async (probe, group) => {
			chownSync(`${group}/cpu.pressure`, nobody, nobody)
			await probe.ask('becomeNobody')
			await probe.ask('open')
			const [container] = await probe.ask('listen', { pressure: { triggers: [stall('container', 'cpu')], memoryEvents: false } })
			const refused = kernel >= 605 && kernel < 607 // wrongly, until 6.7
			report.equal('the container’s pressure', refused || container?.served === 'pushed', true)
			const burners = [1, 2, 3, 4].map(() => startBurner([group]))
			const found = await told(probe, 'pressure', () => true)
			for (const burner of burners) await kill(burner)
			report.atLeast('told', found.length, 1)
		},
		'listener',
	)
}

// The group that a process leaves may go, and with it the files that were waited for.
async function moved(report) {
	await inFamily(
		{},
		{},
		{ 'memory.max': 160 * MiB },
		async (probe, { own, sibling }, groups) => {
			await probe.ask('open')
			await probe.ask('listen', { pressure: { triggers: [stall('container', 'cpu')] } })
			move(probe.pid, sibling)
			await groups.removeOne(own)
			for (let attempt = 0; attempt < 200; attempt++) {
				const [cpu] = await probe.ask('serving')
				if (cpu?.from.startsWith(sibling)) break
				await sleep(50)
			}
			const [cpu, memory] = await probe.ask('serving')
			report.equal('what serves is of the new group', `${cpu?.from} ${cpu?.served}`, `${sibling}/cpu.pressure pushed`)
			report.equal('memory events too', `${memory?.from} ${memory?.served}`, `${sibling}/memory.events pushed`)
			report.atLeast('it was told that this changed', (await probe.ask('told', { kind: 'serving' })).length, 2)
			await ended(startEater([sibling]))
			report.equal('a kill there is pushed', (await memoryEvent(probe, 'oom_kill'))?.event.pushed, true)
		},
		'listener',
	)
}
