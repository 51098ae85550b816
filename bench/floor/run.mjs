// npm run bench:floor: one full sample beside a bare loop over the same system calls. See ../README.md.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { build } from '../native.mjs'
import { asked, report } from '../report.mjs'

const target = 1.25

const program = await build('floor', ['bench/floor/floor.cc'], { shared: false })
const { stdout } = await promisify(execFile)(program, ['--rounds', asked('--quick') ? '500' : '4000'])
const result = JSON.parse(stdout)

const nouns = Object.keys(result.readers)
const rows = [
	['reader', 'ns per sample', 'floor', 'ratio', 'gauges', 'rates', 'slow'],
	...nouns.map(noun => {
		const { gaugeNs, rateNs, slowNs } = result.rhythms[noun]
		const floorNs = result.readerFloors[noun]
		const ratio = floorNs === 0 ? '' : (result.readers[noun] / floorNs).toFixed(2)
		return [noun, result.readers[noun], floorNs, ratio, gaugeNs, rateNs, slowNs]
	}),
	['full sample', result.sampleNs, result.floorNs, result.ratio.toFixed(3), '', '', ''],
]
const notes = [
	`ratio ${result.ratio.toFixed(3)}, target at most ${target}; a sample that also asks for the space of a file system: ${result.sampleWithSpaceNs} ns`,
	`${result.floorCalls} system calls and clock reads in the floor; asked again by the sample: ${JSON.stringify(result.repeats)}`,
]
if (!result.steady)
	notes.push('Two samples in a row did not make the same calls: something changed on the machine. Run it again.')
report('bench:floor', result, rows, notes)
