// Inside the VM: a process that limits others, on orders by its standard input. Its words: `delegate`; `nobody` makes it another user.
import { createInterface } from 'node:readline'

import { openEnforcement } from 'plimsoll/enforcement'

const words = process.argv.slice(2)
if (words.includes('nobody')) {
	process.setgroups?.([])
	process.setgid?.(65534)
	process.setuid?.(65534)
}
const say = what => console.log(JSON.stringify(what))
const enforcement = await openEnforcement({ delegate: words.includes('delegate') })
const limits = { memoryBytes: 200 * 2 ** 20, cpuCores: 0.5, pids: 50 }
const sleeper = await enforcement.launch('sleep', ['600'], { limits, stdio: 'ignore' })
const { capabilities, leftOvers } = enforcement
say({ capabilities, leftOvers, enforced: sleeper.enforced, why: sleeper.why('cpu') })

for await (const order of createInterface({ input: process.stdin })) {
	if (order === 'eat') {
		const limits = { memoryBytes: 32 * 2 ** 20 }
		say(await (await enforcement.launch('tail', ['/dev/zero'], { limits, stdio: 'ignore' })).ended)
	}
	if (order === 'close') {
		await enforcement.close()
		say({})
	}
}
