// A process of the cluster under test: a plain HTTP server that takes a moment for each answer.
import { createServer } from 'node:http'
import { drainConnections, reportLoad } from '../../../dist/scaling/index.js'

if (process.env.BROKEN) process.exit(7)
const server = createServer((_, response) => {
	setTimeout(() => response.end(String(process.pid)), 3)
})
drainConnections(server)
reportLoad({ everyMs: 50 })
if (!process.env.MUTE) server.listen(Number(process.env.PORT), '127.0.0.1')
if (process.env.STAYS || process.env.MUTE) setInterval(() => {}, 1000) // does not end by itself
