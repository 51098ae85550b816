// npm run bench:scaling: our default policy and those that others use, in a closed loop with many loads, in virtual time. See README.md.
import { makeTrace, profilePolicy, simulate } from '../dist/scaling/index.js'
import { asked, report } from './report.mjs'
import { defeatsOf, meansOfAll, measures, mostActionsPerHour, runAll, singleDefeatsOf } from './scaling/comparison.mjs'
import { heldOut } from './scaling/held-out.mjs'
import { loads } from './scaling/loads.mjs'
import { modelled, ours } from './scaling/policies.mjs'

const quick = asked('--quick')
const seeds = Array.from({ length: quick ? 3 : 20 }, (_, place) => place + (asked('--held-out') ? 1001 : 1))
const startupSeconds = [1, 10, 30]
const targets = { actionsPerHour: 60 }

const policies = {
	compat: profilePolicy('compat'),
	...modelled,
	[ours]: profilePolicy(ours),
}
const runs = runAll({ makeTrace, simulate }, { loads: asked('--held-out') ? heldOut : loads, policies, startupSeconds, seeds })
const results = meansOfAll(runs)
const defeats = defeatsOf(results, ours)
const actionsPerHour = mostActionsPerHour(results, ours)
const unbeaten = defeats.length === 0
const single = singleDefeatsOf(runs, ours)
const verdict = {
	unbeaten,
	defeats,
	singleRuns: single,
	mostActionsPerHour: actionsPerHour,
	withinActions: actionsPerHour <= targets.actionsPerHour,
}

const rows = Object.entries(results).flatMap(([load, byStartup]) =>
	Object.entries(byStartup).flatMap(([startup, byPolicy]) =>
		Object.entries(byPolicy).map(([policy, means], place) => {
			const beats = defeats.some(({ load: of, startupSeconds: at, by }) => of === load && at === Number(startup) && by === policy)
			const figures = measures.map(measure => means[measure].toFixed(measure === 'overloadedSeconds' ? 0 : 2))
			return [place === 0 ? `${load}, ${startup} s` : '', policy, ...figures, beats ? 'beats ours' : '']
		}),
	),
)
report(
	'bench:scaling',
	{ results, verdict, seeds: seeds.length, startupSeconds, quick, targets },
	[['load, start-up', 'policy', 'overloaded s', 'unserved %', 'capacity/ideal', 'actions/h', 'reversals/h', ''], ...rows],
	[
		`verdict: ours is ${unbeaten ? 'not beaten' : `beaten ${defeats.length} times`} on overloaded seconds at equal or lower capacity; at most ${actionsPerHour.toFixed(1)} actions/h (target ${targets.actionsPerHour})`,
		`single runs: beaten in ${single.beaten} of ${single.compared} comparisons`,
	],
)
