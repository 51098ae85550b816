// `require` of the package, which is an ES module, without a warning.
const assert = require('node:assert/strict')
const { initializeResourceManagement } = require('plimsoll')
const { createAlerts } = require('plimsoll/alerts')
const { createPool } = require('plimsoll/pool')
const { openSampler } = require('plimsoll/sampler')
const { createScaler } = require('plimsoll/scaling')
const { openTracker } = require('plimsoll/tracking')

process.on('warning', warning => {
	console.error(warning)
	process.exitCode = 1
})
assert.equal(require('plimsoll/package.json').name, 'plimsoll')
assert.equal(typeof openSampler, 'function')
assert.equal(typeof createAlerts, 'function')
assert.equal(typeof createPool, 'function')
assert.equal(typeof createScaler, 'function')
assert.equal(typeof openTracker, 'function')
initializeResourceManagement().then(async system => {
	assert.ok(system.detector.getCurrentResources().memory.totalBytes > 0)
	await system.shutdown()
	console.log('ok')
})
