// What a disk has done, decoded, and the names of disks. Pure functions, any thread.
// https://learn.microsoft.com/windows/win32/api/winioctl/ns-winioctl-disk_performance
#pragma once

#include "../../result.h"
#include "layouts.h"
#include "raw_counters.h"
#include "served_counter.h"

#include <span>

namespace plimsoll::windows_os {

// Bytes, counts and seconds. Busy seconds have no zero point: only their growth means something.
enum DiskCounter : size_t { kReadBytes, kWrittenBytes, kReads, kWrites, kBusySeconds, kDiskCounters };
using DiskCounters = std::array<double, kDiskCounters>;

// What IOCTL_DISK_PERFORMANCE has filled, perhaps longer than the structure known here. `malformed` if it is cut off.
Result<DiskCounters> decode_disk_performance(std::span<const std::byte> bytes);

// Without the drives that are gone. What any other refuses is missing from the sum, so its reason is the answer for all.
struct DriveReading {
  uint32_t number;
  Result<DiskCounters> counters;
};
void offer_drives(std::span<const DriveReading> drives, Offers<kDiskCounters>& offers);

// The same from PDH's "PhysicalDisk".
struct PdhDisk {
  const Instances& read_bytes;
  const Instances& written_bytes;
  const Instances& reads;
  const Instances& writes;
  const Instances& idle;
};
void offer_pdh_disk(const PdhDisk& pdh, Offers<kDiskCounters>& offers);

// "0 C: D:" → 0: the drive letters come and go, the number stays. "_Total" is no disk.
bool parse_disk_instance(std::u16string_view name, uint64_t& key);

// The numbers of all PhysicalDriveN in a list of device names, each ended by a NUL.
void find_physical_drives(std::u16string_view names, std::vector<uint32_t>& numbers);

}  // namespace plimsoll::windows_os
