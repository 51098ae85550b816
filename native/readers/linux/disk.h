// Disk input and output: /proc/diskstats and /sys/block/<disk>/stat. Readers' thread.
// https://docs.kernel.org/admin-guide/iostats.html
#pragma once

#include "../../accumulator.h"
#include "../reader.h"
#include "root.h"
#include "whole_disks.h"

#include <cstdint>

namespace plimsoll::linux_os {

// As the kernel counts them: reads, sectors read (of 512 bytes, whatever the disk's own), writes, sectors written,
// milliseconds with a request in flight (32 bit: a step back every 49.7 days of it).
enum DiskCounter : size_t { kReads, kReadSectors, kWrites, kWrittenSectors, kBusyMs, kDiskCounters };
using DiskAccumulator = Accumulator<kDiskCounters>;
using DiskCounters = DiskAccumulator::Counters;

struct DiskLine {
  uint32_t major = 0;
  uint32_t minor = 0;
  std::string_view name;
  std::string_view counters;  // the rest of the line
};

// The head of a line of /proc/diskstats; its counters are parsed only where they are wanted.
bool parse_disk_line(std::string_view line, DiskLine& disk);

// What follows the name in /proc/diskstats, and all of /sys/block/<disk>/stat: 11 numbers, 15 since Linux 4.18 (discard),
// 17 since 5.5 (flush); what comes later is ignored. `unsupported` for the 4 numbers of a partition before 2.6.25.
Result<DiskCounters> parse_disk_counters(std::string_view text);

// Where there is no /sys/block: is the name that of a partition of a disk that is there? `is_there(name)`.
template <typename IsThere>
bool is_partition_name(std::string_view name, IsThere is_there) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string_view parent = name;
  while (!parent.empty() && is_digit(parent.back())) parent.remove_suffix(1);
  if (parent.empty() || parent.size() == name.size()) return false;
  if (is_there(parent)) return true;
  // A disk whose name ends in a digit puts a "p" before the partition's number: nvme0n1p2, mmcblk0p1.
  if (parent.size() < 2 || parent.back() != 'p' || !is_digit(parent[parent.size() - 2])) return false;
  return is_there(parent.substr(0, parent.size() - 1));
}

// `disks` is refreshed by whoever owns it, before each slow reading.
std::unique_ptr<Reader> disk_reader(Root& root, const WholeDisks& disks);

}  // namespace plimsoll::linux_os
