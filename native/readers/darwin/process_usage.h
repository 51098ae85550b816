// What libproc tells about a process, decoded. Any thread: pure, tested without macOS.
// xnu bsd/sys/proc_info.h (struct proc_taskinfo, struct proc_fdinfo), bsd/sys/resource.h (struct rusage_info_v4),
// osfmk/mach/task_info.h (struct task_vm_info), osfmk/kern/task.c (how much of it a system answers)
#pragma once

#include "bytes.h"

#include <algorithm>
#include <limits>

namespace plimsoll::darwin_os {

// PROC_PIDTASKINFO.
struct TaskRecord {
  uint64_t virtual_bytes;
  uint64_t resident_bytes;
  uint64_t times[4];  // user, system; those of living threads: Mach ticks
  int32_t policy;
  int32_t faults;
  int32_t pageins;
  int32_t counts[6];  // copy-on-write faults, messages sent and received, Mach and Unix calls, context switches
  int32_t threads;
  int32_t running_threads;
  int32_t priority;
};
static_assert(sizeof(TaskRecord) == 96);

inline Result<TaskRecord> decode_task(Bytes bytes) {
  TaskRecord task{};
  if (!copy_record(bytes, task) || task.threads <= 0) return Reason::malformed;
  return task;
}

// proc_pid_rusage(RUSAGE_INFO_V4), since macOS 10.13.
struct UsageRecord {
  uint8_t uuid[16];
  uint64_t user_ticks;    // Mach ticks, of all threads, ended ones included
  uint64_t system_ticks;
  uint64_t wakeups[2];
  uint64_t pageins;
  uint64_t memory_bytes[3];  // wired, resident, footprint
  uint64_t life_ticks[2];    // start, exit
  uint64_t children[6];
  uint64_t disk_read_bytes;
  uint64_t disk_written_bytes;
  uint64_t quality_ticks[7];  // CPU time by quality of service
  uint64_t billed[2];
  uint64_t logical_written_bytes;
  uint64_t lifetime_footprint_bytes;
  uint64_t instructions;
  uint64_t cycles;
  uint64_t energy[2];
  uint64_t interval_footprint_bytes;
  uint64_t runnable_ticks;  // ready or running, of all threads, ended ones included
};
static_assert(sizeof(UsageRecord) == 296);

inline Result<UsageRecord> decode_usage(Bytes bytes) {
  UsageRecord usage{};
  if (!copy_record(bytes, usage)) return Reason::malformed;
  return usage;
}

// TASK_VM_INFO, of which later systems answer more: up to the footprint (revision 1).
struct MemoryRecord {
  uint8_t first_revision[144];
  uint64_t footprint_bytes;
};
static_assert(sizeof(MemoryRecord) == 152);

// `bytes`: as many as the system answered. The first revision knows no footprint.
inline Result<MemoryRecord> decode_memory(Bytes bytes) {
  MemoryRecord memory{};
  if (copy_record(bytes, memory)) return memory;
  return bytes.size() == sizeof memory.first_revision ? Reason::unsupported : Reason::malformed;
}

// The length of a Mach tick. `frequency` is sysctl hw.tbfrequency (24 MHz on Apple silicon, 1 GHz on Intel);
// mach_timebase_info() would say 1/1 to a program that runs translated, whose ticks are 41.67 ns long all the same.
inline Result<double> mach_tick_seconds(const Result<uint64_t>& frequency) {
  constexpr uint64_t kLeastHz = 1'000'000, kMostHz = 10'000'000'000;
  if (!frequency) return frequency.reason;
  if (*frequency < kLeastHz || *frequency > kMostHz) return Reason::malformed;
  return 1.0 / static_cast<double>(*frequency);
}

// Ready but not running, in ticks. The three counters are not brought up to date at one instant: a running thread's share
// may be ahead in one of them, by a time slice; never below 0, and its caller lets it only grow.
inline double waiting_ticks(const UsageRecord& usage) {
  const double ran = static_cast<double>(usage.user_ticks) + static_cast<double>(usage.system_ticks);
  return std::max(0.0, static_cast<double>(usage.runnable_ticks) - ran);
}

// Faults without a disk, from all faults and those with one. The kernel's count of faults stops at 2^31 - 1: from there on
// it is no counter any more.
inline Result<double> minor_faults(int64_t minor, int64_t major) {
  if (minor < 0 || major < 0) return Reason::malformed;
  if (minor + major >= std::numeric_limits<int32_t>::max()) return Reason::gone;
  return static_cast<double>(minor);
}

// PROC_PIDLISTFDS answers one record of 8 bytes for each open descriptor, as many as there is room for: if the room is
// full, there may be more. Without room it would answer the size of the table, which is no count.
inline constexpr size_t kDescriptorBytes = 8;
enum class Listing { complete, full, malformed };
inline Listing listing_of(int64_t answered_bytes, size_t room_bytes) {
  if (answered_bytes <= 0 || answered_bytes % static_cast<int64_t>(kDescriptorBytes) != 0) return Listing::malformed;
  if (static_cast<uint64_t>(answered_bytes) > room_bytes) return Listing::malformed;
  return static_cast<uint64_t>(answered_bytes) == room_bytes ? Listing::full : Listing::complete;
}

}  // namespace plimsoll::darwin_os
