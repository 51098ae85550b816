// What IOKit tells about a disk, decoded: the counters of a driver, and whether its disk is a real one.
// Any thread: pure, tested without macOS.
// IOStorageFamily IOBlockStorageDriver.h (statistics), IOStorageProtocolCharacteristics.h (interconnects)
#pragma once

#include "../../result.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace plimsoll::darwin_os {

// "Total Time (Read)" and "(Write)" are there too, but they add up the time of every single request: with several in
// flight that is more than the clock's, so it is not the time that the disk was busy, and disk.busy_seconds_total stays
// unsupported.
enum DiskCounter : size_t { kReads, kReadBytes, kWrites, kWrittenBytes, kDiskCounters };
using DiskCounters = std::array<double, kDiskCounters>;
inline constexpr const char* kStatisticKeys[kDiskCounters] = {"Operations (Read)", "Bytes (Read)", "Operations (Write)", "Bytes (Write)"};

// The numbers under those keys, in their order. A driver publishes all or none; the kernel counts in 64 bits, signed in
// its numbers' interface.
using StatisticNumbers = std::array<Result<int64_t>, kDiskCounters>;

inline Result<DiskCounters> decode_statistics(const StatisticNumbers& numbers) {
  DiskCounters counters{};
  for (size_t i = 0; i < kDiskCounters; ++i) {
    if (!numbers[i]) return numbers[i].reason;
    if (*numbers[i] < 0) return Reason::malformed;
    counters[i] = static_cast<double>(*numbers[i]);
  }
  return counters;
}

// The bytes of a disk that is a file (a disk image) or memory are a real disk's bytes once more, or none. Empty: the disk
// does not say where it is, as some card readers.
inline bool is_real_disk(std::string_view interconnect_location) { return interconnect_location != "File" && interconnect_location != "RAM"; }

}  // namespace plimsoll::darwin_os
