# Sourced by .ci/run: the native tests under sanitizers and the fuzzer, with clang.

# cmake_build FOLDER OPTION...: configures and builds.
cmake_build() {
  local folder=$1
  shift
  CC=clang CXX=clang++ cmake -S . -B "$folder" -DCMAKE_BUILD_TYPE=RelWithDebInfo "$@" &&
    cmake --build "$folder" --parallel "$(nproc)"
}

# native_tests SANITIZERS
native_tests() {
  local folder=$PLIMSOLL_CI_WORK/native-${1%%,*}
  cmake_build "$folder" -DPLIMSOLL_TESTS=ON "-DPLIMSOLL_SANITIZE=$1" || return
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:die_after_fork=0 # a forked child starts its own thread
  # Addresses are not randomised: TSan of clang 14 knows no mappings as high as newer kernels choose.
  timeout --kill-after=10 600 setarch "$(uname -m)" --addr-no-randomize "$folder/plimsoll_native_tests"
}

# fuzz SECONDS: from this machine's own files as seeds. A finding is printed as base64, for nothing is kept.
fuzz() {
  local folder=$PLIMSOLL_CI_WORK/fuzz
  cmake_build "$folder" -DPLIMSOLL_FUZZ=ON -DPLIMSOLL_SANITIZE=address,undefined || return
  node tools/ci-fuzz-seeds.mjs "$folder/seeds" && mkdir -p "$folder/corpus" || return
  ASAN_OPTIONS=detect_leaks=1 "$folder/plimsoll_fuzz" -max_total_time="$1" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$folder/finding-" "$folder/corpus" "$folder/seeds" && return
  local finding
  for finding in "$folder"/finding-*; do
    echo "$finding:"
    base64 "$finding"
  done
  return 1
}
