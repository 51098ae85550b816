// Agents that plimsoll holds on this machine, whoever started them, a row each. Main thread.
import { type AgentHere, agentsHere } from '../enforcement/agents-here.ts'
import type { Row } from './grid.ts'
import type { Context, Section } from './section.ts'
import { plainText } from './span.ts'
import { bytes, cores, count } from './units.ts'

const lookMs = 1000
const mostRows = 8

/** An agent and how much CPU time it took since the look before. */
export interface AgentRow extends AgentHere {
	readonly cpuCores: number | undefined
}

/** Looks at most once a second. */
export class AgentList {
	#rows: readonly AgentRow[] = []
	#seconds = new Map<string, number | undefined>()
	#atMs = Number.NEGATIVE_INFINITY

	read(nowMs: number): readonly AgentRow[] {
		const sinceMs = nowMs - this.#atMs
		if (sinceMs < lookMs) return this.#rows
		const agents = agentsHere()
		this.#rows = agents.map(agent => ({ ...agent, cpuCores: rate(this.#seconds.get(agent.key), agent.used.cpuSeconds, sinceMs) }))
		this.#seconds = new Map(agents.map(({ key, used }) => [key, used.cpuSeconds]))
		this.#atMs = nowMs
		return this.#rows
	}
}

function rate(before: number | undefined, now: number | undefined, sinceMs: number): number | undefined {
	return before === undefined || now === undefined ? undefined : (Math.max(0, now - before) / sinceMs) * 1000
}

/** Those that use most first; pure. */
export function agentSections({ agents = [], show }: Context): Section[] {
	if (agents.length === 0) return []
	const sorted = [...agents].sort(
		(a, b) => (b.cpuCores ?? 0) - (a.cpuCores ?? 0) || (b.used.memoryBytes ?? 0) - (a.used.memoryBytes ?? 0),
	)
	const rest = sorted.length - mostRows
	const title: Row = {
		label: 'Agents',
		value: count(agents.length),
		middle: [rest > 0 ? `${count(rest)} not shown` : ''],
		right: [],
	}
	const rowOf = ({ command, pids, ownerPid, cpuCores, cpuLimitCores, used, memoryLimitBytes }: AgentRow): Row => ({
		label: `  ${plainText(command ?? '').slice(0, 10)}`,
		value: show(cpuCores, value => `${value.toFixed(2)} cores`),
		percent: cpuCores === undefined || cpuLimitCores === undefined ? undefined : Math.min(100, (cpuCores / cpuLimitCores) * 100),
		middle: 'bar',
		right: [
			`${show(used.memoryBytes, bytes)}${memoryLimitBytes === undefined ? '' : ` of ${bytes(memoryLimitBytes)}`}`,
			cpuLimitCores === undefined ? 'no CPU limit' : `limit ${cores(cpuLimitCores)}`,
			`pid ${show(pids[0], String)}`,
			`of ${ownerPid}`,
		],
	})
	return [{ rank: 3, opens: true, row: title }, ...sorted.slice(0, mostRows).map(agent => ({ rank: 3, row: rowOf(agent) }))]
}
