#!/usr/bin/env bash
# Plays PDH counters to the readers under Wine: play_test.exe against the stand-in pdh.dll, both from build.sh.
#   usage: WINEPREFIX=… play.sh OUTDIR/x86_64
# The readers load pdh.dll from the system's folder alone, so the stand-in is put there; only the override makes Wine take it.
set -euo pipefail
out=$(cd "$1" && pwd); here=$(cd "$(dirname "$0")" && pwd)
: "${WINEPREFIX:?a Wine prefix of its own}"
export WINEDEBUG=${WINEDEBUG:--all}
[ -d "$WINEPREFIX/drive_c" ] || wineboot -i >/dev/null 2>&1
cp "$out/pdh.dll" "$WINEPREFIX/drive_c/windows/system32/pdh.dll"
cp -r "$here/pdh" "$out/plays"
rm -f "$out/play.log"
code=0
PLIMSOLL_ADDON="Z:${out//\//\\}\\plimsoll.node" PLIMSOLL_PDH_PLAYS="Z:${out//\//\\}\\plays" WINEDLLOVERRIDES=pdh=n timeout "${LIMIT_S:-120}" \
  wine "$out/play_test.exe" >"$out/play.log" 2>&1 </dev/null || code=$?
rm -rf "$out/plays"
cat "$out/play.log"
exit "$code"
