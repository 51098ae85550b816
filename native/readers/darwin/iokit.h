// The disks that IOKit knows. IOKit and CoreFoundation are loaded at run time, so that the addon binds to libSystem alone.
// Readers' thread. IOKit/IOKitLib.h, CoreFoundation; IOStorageFamily IOBlockStorageDriver.h
#pragma once

#include "disk_statistics.h"

#include <memory>
#include <string>
#include <vector>

namespace plimsoll::darwin_os {

// One driver stands for one whole disk, whatever partitions, containers and volumes are on it.
struct Disk {
  uint64_t id = 0;        // given out once, until the machine starts anew
  uint32_t driver = 0;    // a Mach port name
  bool counted = false;   // a real disk
};

struct IoKitLibrary;  // the functions of both frameworks

class Disks {
 public:
  Disks();
  Disks(const Disks&) = delete;
  Disks& operator=(const Disks&) = delete;
  ~Disks();

  // Looks again at the registry: what came and what went. Slow rhythm.
  Reason refresh();

  const std::vector<Disk>& all() const { return disks_; }
  Result<DiskCounters> counters(const Disk& disk) const;
  std::string name(const Disk& disk) const;  // "disk0"; empty if there is none

 private:
  bool keep_or_add(uint32_t driver);
  std::string location(uint32_t driver) const;

  const IoKitLibrary* library_;
  std::vector<Disk> disks_;
  std::vector<Disk> found_;  // room for a look
};

}  // namespace plimsoll::darwin_os
