// The whole physical disks of the machine: what disk figures may be added up over without counting a byte twice.
// No partition, no layered device (dm, md, bcache), no loop, no memory device (zram, ram). Readers' thread.
// https://docs.kernel.org/admin-guide/abi-stable.html#abi-sys-block
#pragma once

#include "kept_file.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

// Device numbers of /sys/block/<disk>/dev: "254:0\n".
bool parse_device_number(std::string_view text, uint32_t& major, uint32_t& minor);

// Names that never are a whole physical disk: layered, in memory, over the network, or with a removable medium.
bool is_uncounted_disk_name(std::string_view name);

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

  // Changes whenever the disks may have changed.
  uint32_t generation() const { return generation_; }

  // False where /sys/block cannot be read: then names must do (see disk.h).
  bool known() const { return known_; }
  const std::vector<Disk>& all() const { return disks_; }
  bool contains(uint32_t major, uint32_t minor) const;

 private:
  bool add_if_whole(std::string_view name);  // false: it could not be found out, for lack of descriptors or memory

  Root* root_;
  KeptDirectory block_;
  std::vector<Disk> disks_;  // by major, then minor
  uint64_t listing_ = 0;     // identity of the last directory listing
  uint32_t generation_ = 0;
  bool known_ = false;
  bool complete_ = false;  // every entry of that listing could be judged
};

}  // namespace plimsoll::linux_os
