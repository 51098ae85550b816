#!/usr/bin/env bash
# Builds the Windows addon, the stand-in pdh.dll and the test that plays against it, with Zig on Linux.
#   usage: ZIG=path/to/zig build.sh OUTDIR [x86_64|aarch64]
# Also holds native/readers/windows/node_imports.def against the objects, and the import table against what may be in it.
set -euo pipefail
repo=$(cd "$(dirname "$0")/../.." && pwd)
out=$1; arch=${2:-x86_64}; zig=${ZIG:?the Zig toolchain: ZIG=…/zig}
node_headers=${NODE_HEADERS:-/usr/include/node}
mkdir -p "$out/$arch"; out=$(cd "$out/$arch" && pwd); cd "$repo/native"

common=(-target "$arch-windows-gnu" -std=c++20 -O2 -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections)
strict=(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror)
addon=(-isystem "$node_headers" -isystem "$repo/node_modules/node-addon-api" -DNAPI_VERSION=9 -DNAPI_DISABLE_CPP_EXCEPTIONS
  -DNODE_ADDON_API_DISABLE_DEPRECATED -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS -DBUILDING_NODE_EXTENSION -DUSING_UV_SHARED=1)

# The files of a list of native/sources.json, without their ending.
listed() { node -p "require('$repo/native/sources.json')['$1'].map(file => file.replace(/[.]cc$/, '')).join(' ')"; }
read -ra core <<<"$(listed common)"
read -ra border <<<"$(listed addon)"
readers=$(cd readers/windows && ls ./*.cc | sed 's|^\./||; s|\.cc$||' | grep -v '^node_imports$')
objects=()
compile() { # OBJECT SOURCE FLAGS...
  local object=$1 source=$2; shift 2
  "$zig" c++ "${common[@]}" "${strict[@]}" "$@" -c "$source" -o "$object"
}
for name in "${core[@]}"; do compile "$out/$name.o" "$name.cc"; objects+=("$out/$name.o"); done
for name in $readers; do compile "$out/win_$name.o" "readers/windows/$name.cc"; objects+=("$out/win_$name.o"); done
addon_objects=()
for name in "${border[@]}"; do compile "$out/$name.o" "$name.cc" "${addon[@]}"; addon_objects+=("$out/$name.o"); done

node "$repo/test/windows/node-imports.mjs" ${WRITE_IMPORTS:+--write} "${addon_objects[@]}"
compile "$out/node_imports.o" readers/windows/node_imports.cc
"$zig" c++ "${common[@]}" -shared -s -Wl,--gc-sections "${objects[@]}" "${addon_objects[@]}" "$out/node_imports.o" \
  -o "$out/plimsoll.node"

"$zig" c++ "${common[@]}" "${strict[@]}" -shared -s "$repo/test/windows/pdh/pdh.cc" -o "$out/pdh.dll"
"$zig" c++ "${common[@]}" "${strict[@]}" -s "$repo/test/windows/pdh/play_test.cc" "$repo/native/test/main.cc" "${objects[@]}" -o "$out/play_test.exe"
rm -f "$out"/*.lib "$out"/*.pdb
ls -l "$out"/*.node "$out"/*.dll "$out"/*.exe
