// Inside the VM: runs one suite, by its name, and says that it came to its end.
import { Report } from './report.mjs'

const report = new Report()
const { run } = await import(`./${process.argv[2]}.mjs`)
await run(report)
console.log('\nDONE')
