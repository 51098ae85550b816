// Feeds bytes to every parser of control-group texts. The lead's libFuzzer main calls it; one thread.
#pragma once

#include "../readers/linux/affinity.h"
#include "../readers/linux/cgroup.h"
#include "../readers/linux/cgroup_files.h"
#include "../readers/linux/container_cpu.h"
#include "../readers/linux/container_io.h"
#include "../readers/linux/container_memory.h"
#include "../readers/linux/memory_events.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace plimsoll::test {

inline void fuzz_cgroup(const uint8_t* data, size_t size) {
  using namespace linux_os;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view half = text.substr(0, size / 2), rest = text.substr(size / 2);
  Membership membership;
  parse_membership_line(text, membership);
  Mount mount;
  mount.root = half;
  mount.mount_point = "/m";
  std::string directory;
  if (directory_of(rest, mount, directory) && !directory.starts_with("/m")) __builtin_trap();
  lists(rest, half);
  parse_amount(text);
  parse_limit(text);
  parse_keyed(rest, half);
  parse_memory_stat(text, 1);
  parse_memory_stat(text, 2);
  parse_cpu_max(text);
  parse_cfs_quota(half, rest);
  parse_cpu_stat(text);
  std::vector<DeviceBytes> devices;
  parse_io_stat(text, devices);
  parse_io_service_bytes(text, devices);
  std::vector<bool> cpus;
  parse_cpu_list(text, cpus);
  parse_memory_events(text);
}

}  // namespace plimsoll::test
