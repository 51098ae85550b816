# Sourced by .ci/run: the package on other versions of Node and for other machines, from the npm registry.

# on_node MAJOR: the smoke script and the test suite under that version, with the binary that this checkout has built. The
# suite has already run on the version that npm test ran on.
on_node() {
  local folder=$PLIMSOLL_CI_WORK/node-$1 node
  mkdir -p "$folder" && echo '{"private":true}' >"$folder/package.json" || return
  attempts npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund \
    "node-of-ci@npm:node-linux-$(node -p process.arch)@$1" || return
  node=$folder/node_modules/node-of-ci/bin/node
  "$node" --version || return
  "$node" tools/ci-smoke.mjs || return
  [[ $(node -p 'process.versions.node.split(".")[0]') == "$1" ]] && return
  # Tests that start another Node find this one first. What is pure has been judged by npm test: what differs between versions of
  # Node is how native code, its threads, children, workers and streams get on with it.
  PATH=$(dirname "$node"):$PATH "$node" node_modules/vitest/vitest.mjs run \
    test/lifecycle/ test/snapshot/ test/loader.test.ts test/tracking/ test/enforcement/ test/manager/ test/monitor/ test/alerts/handlers/ \
    test/alerts/restart.test.ts test/cli/program.test.ts test/cli/run.test.ts --exclude 'test/**/oracle/**' --exclude test/monitor/breach.test.ts
}

# killed_children ROUNDS: `npm test` runs a few.
killed_children() {
  PLIMSOLL_ROUNDS=$1 node node_modules/vitest/vitest.mjs run test/manager/killed.test.ts
}

# The pinned compiler builds every binary of a release, and one of each format once more. What follows packs and tries them.
all_prebuilds() {
  attempts npm ci --prefix tools/zig --ignore-scripts --no-audit --no-fund --loglevel=error &&
    npm run --silent prebuild:all &&
    npm run --silent check:prebuilds -- --all --reproducible aarch64-linux-musl aarch64-macos.11.0 x86_64-windows-gnu
}
