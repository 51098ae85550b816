// The live view of a busy machine as plain text, with what a test adds to it.
import { renderFrame } from '../../lib/cli/frame.ts'
import { History } from '../../lib/cli/history.ts'
import { makeTheme } from '../../lib/cli/theme.ts'
import { busy } from './resources.ts'

export function plainFrame(shown: Partial<Parameters<typeof renderFrame>[0]>): string[] {
	const view = {
		resources: busy,
		history: new History(),
		stats: undefined,
		why: () => undefined,
		judgement: undefined,
		title: [],
	}
	return renderFrame({ ...view, ...shown }, { columns: 120, rows: 60 }, makeTheme({ color: false, ascii: false }))
}
