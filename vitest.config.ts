// Tests run in child processes: each opens and closes the process's one sampler as it likes.
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		pool: 'forks',
		testTimeout: 30_000,
		hookTimeout: 30_000,
	},
})

export default config
