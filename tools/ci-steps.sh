# Sourced by .ci/run: counts and times steps, and has those that install and run what package.json names.

passed=0
failed=0
failed_steps=()

# Longer than any step ever took: one that hangs shall not hide what comes after it.
step_limit_seconds=1200

# limited COMMAND...: in a process group of its own, which is ended after the limit.
limited() {
  local pid end=$((SECONDS + step_limit_seconds))
  set -m
  "$@" &
  pid=$!
  set +m
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS > end)); then
      echo "not done within $step_limit_seconds s"
      kill -KILL -- "-$pid"
    fi
    sleep 0.2
  done
  wait "$pid"
}

# step NAME COMMAND...: runs it, prints how long it took, counts it and the tests that its output reports.
step() {
  local name=$1 log=$PLIMSOLL_CI_WORK/step.log started=$SECONDS verdict=ok
  shift
  printf '\n=== %s\n' "$name"
  if limited "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
  else
    verdict=FAILED
    failed=$((failed + 1))
    failed_steps+=("$name")
  fi
  if [[ $verdict == ok ]]; then tail -n 40 "$log"; else tail -n 400 "$log"; fi
  count_tests "$log"
  printf -- '--- %s: %s (%s s)\n' "$name" "$verdict" "$((SECONDS - started))"
}

# Adds the tests of a step to the sum: vitest's "Tests  2 failed | 7 passed", or "N passed, N failed" of our own runners.
count_tests() {
  local line
  line=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E '^ *Tests  |^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
  if [[ $line =~ ([0-9]+)\ passed ]]; then passed=$((passed + BASH_REMATCH[1])); fi
  if [[ $line =~ ([0-9]+)\ failed ]]; then failed=$((failed + BASH_REMATCH[1])); fi
}

summary() {
  printf '\nall steps took %s s\n' "$SECONDS"
  local name
  for name in "${failed_steps[@]}"; do printf 'failed: %s\n' "$name"; done
  printf '%s passed, %s failed\n' "$passed" "$failed"
  ((failed == 0))
  exit
}

# attempts COMMAND...: three times, for what needs the network.
attempts() {
  "$@" || { sleep 5; "$@"; } || { sleep 20; "$@"; }
}

debian_packages() {
  export DEBIAN_FRONTEND=noninteractive
  attempts apt-get -qq update &&
    attempts apt-get -qq -o Acquire::Retries=5 install --yes --no-install-recommends \
      clang libclang-rt-14-dev qemu-system-x86 busybox-static python3-psutil stress-ng fio iproute2 procps musl musl-tools util-linux \
      prometheus prometheus-alertmanager redis-server wine wine64 qemu-user libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross
}

npm_ci() {
  attempts npm ci
}

npm_test() {
  npm test
}

# npm_script NAME [-- OPTION...]: fails where package.json has no such script.
npm_script() {
  has_script "$1" && npm run --silent "$@"
}

has_script() {
  node -e "process.exit(JSON.parse(require('fs').readFileSync('package.json')).scripts['$1'] ? 0 : 1)" && return
  echo "package.json has no script \"$1\""
  return 1
}

# bench_prints SCRIPT KEY...: it runs and prints JSON with these keys. No time is judged: this machine may be busy.
bench_prints() {
  local script=$1
  shift
  has_script "$script" || return
  npm run --silent "$script" -- --json --quick >"$PLIMSOLL_CI_WORK/bench.json" || return
  cat "$PLIMSOLL_CI_WORK/bench.json"
  node -e '
    const [file, ...keys] = process.argv.slice(1)
    const result = JSON.parse(require("fs").readFileSync(file, "utf8"))
    const missing = keys.filter(key => result[key] === undefined || result[key] === null)
    if (missing.length > 0) throw new Error(`the JSON lacks ${missing.join(", ")}`)
  ' "$PLIMSOLL_CI_WORK/bench.json" "$@"
}
