// A process that owns limited children until somebody ends it: prints their pids, and those of what they started. `delegate` as
// its argument, `frozen`: they are. What it is told on standard input: "exit" ends it by process.exit(), "close" closes.
import { createInterface } from 'node:readline'

import { openEnforcement } from '../../dist/enforcement/index.js'

const enforcement = await openEnforcement({ delegate: process.argv.includes('delegate') })
const limited = await Promise.all(
	[1, 2, 3].map(() =>
		enforcement.launch('sh', ['-c', 'sleep 600 & echo $!; wait'], {
			limits: { memoryBytes: 64 * 2 ** 20 },
			stdio: ['ignore', 'pipe', 'ignore'],
		}),
	),
)
const grandchildren = await Promise.all(
	limited.map(({ process: child }) => new Promise(resolve => child.stdout.once('data', text => resolve(Number(text))))),
)
if (process.argv.includes('frozen')) for (const one of limited) one.freeze()
console.log(JSON.stringify({ pids: [...limited.map(({ pid }) => pid), ...grandchildren], leftOvers: enforcement.leftOvers }))
for await (const order of createInterface({ input: process.stdin })) {
	if (order === 'close') await enforcement.close()
	if (order === 'exit') process.exit(0)
}
