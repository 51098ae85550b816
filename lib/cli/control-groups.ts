// In which control groups a process is: the text of /proc/<pid>/cgroup. Pure functions. Main thread.

export interface ControlGroup {
	/** v1 controllers of this hierarchy; none for v2's. */
	readonly controllers: readonly string[]
	readonly path: string
}

export interface ControlGroups {
	/** 'hybrid': v2 is there, but v1 has controllers. */
	readonly version: 'v1' | 'v2' | 'hybrid' | undefined
	/** Of the memory controller; that is the one path in v2. */
	readonly path: string | undefined
	readonly groups: readonly ControlGroup[]
}

// "4:memory:/docker/1", "0::/user.slice"
function groupOf(line: string): ControlGroup | undefined {
	const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
	if (names === undefined || path === undefined) return undefined
	return { controllers: names.split(',').filter(name => name !== ''), path }
}

export function parseControlGroups(text: string): ControlGroups {
	const groups = text.split('\n').flatMap(line => groupOf(line) ?? [])
	// A named hierarchy (systemd's own) controls nothing.
	const controlled = groups.filter(({ controllers }) => controllers.some(name => !name.startsWith('name=')))
	const unified = groups.find(({ controllers }) => controllers.length === 0)
	const memory = controlled.find(({ controllers }) => controllers.includes('memory'))
	const version = unified === undefined ? (controlled.length > 0 ? 'v1' : undefined) : controlled.length > 0 ? 'hybrid' : 'v2'
	return { version, path: (memory ?? unified ?? controlled[0])?.path, groups }
}
