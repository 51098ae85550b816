// What tells processes apart and who belongs to whom: /proc/<pid>/stat, and the number that was given out last.
// proc_pid_stat(5). Any thread: pure.
#pragma once

#include "../../result.h"

#include <cstdint>
#include <string_view>

namespace plimsoll::linux_os {

struct KinStat {
  char state;
  uint32_t parent;
  uint64_t own_ticks;     // user and system
  uint64_t waited_ticks;  // the same of children that were waited for
  uint64_t threads;
  uint64_t start_ticks;   // since boot: with the number, the identity of a process
};

Result<KinStat> parse_kin(std::string_view stat_text);

// The last word of /proc/loadavg: numbers are given out in turn, so who was born since is numbered above it.
Result<uint64_t> parse_last_pid(std::string_view loadavg_text);

// How many numbers were given out after `before` up to `last`, where they start anew above `most`.
inline constexpr uint64_t kReservedPids = 300;  // kernel/pid.c: after a turn numbers begin above these
constexpr uint64_t pids_between(uint64_t before, uint64_t last, uint64_t most) {
  if (last >= before) return last - before;
  return (most > before ? most - before : 0) + (last > kReservedPids ? last - kReservedPids : 0) + 1;
}

}  // namespace plimsoll::linux_os
