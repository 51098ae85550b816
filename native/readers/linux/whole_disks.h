// The whole physical disks of the machine: what disk figures may be added up over without counting a byte twice.
// No partition, no layered device (dm, md, bcache), no loop, no memory device (zram, ram). Readers' thread.
#pragma once

#include "kept_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace plimsoll::linux_os {

class WholeDisks {
 public:
  struct Disk {
    std::string name;
    uint32_t major;
    uint32_t minor;
  };

  explicit WholeDisks(Root& root) : root_(&root), block_(root, "/sys/block") {}

  // Looks again at /sys/block; costs one directory listing while nothing has changed. Slow rhythm.
  void refresh();

  // False where /sys/block cannot be read: then names must do (see disk.h).
  bool known() const { return known_; }
  const std::vector<Disk>& all() const { return disks_; }
  bool contains(uint32_t major, uint32_t minor) const;

 private:
  Root* root_;
  KeptDirectory block_;
  std::vector<Disk> disks_;
  uint64_t listing_ = 0;  // identity of the last directory listing
  bool known_ = false;
};

}  // namespace plimsoll::linux_os
