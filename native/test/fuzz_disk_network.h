// Feeds any bytes to the parsers and decoders of disks, interfaces and mounts. Called by the fuzzer's main.
#pragma once

#include "../readers/linux/disk.h"
#include "../readers/linux/mountinfo.h"
#include "../readers/linux/network.h"
#include "../readers/linux/scanner.h"
#include "../readers/linux/whole_disks.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace plimsoll::test {

// A parser that says yes has to have set what it promises; what it must not touch, a sanitizer sees.
inline void fuzz_disk_network(const uint8_t* data, size_t size) {
  using namespace plimsoll::linux_os;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto inside = [text](std::string_view part) { return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size(); };

  Mount mount;
  Scanner lines(text);
  std::string_view line;
  while (lines.line(line)) {
    DiskLine disk;
    if (parse_disk_line(line, disk)) {
      if (disk.name.empty() || !inside(disk.name) || !inside(disk.counters)) std::abort();
      parse_disk_counters(disk.counters);
    }
    is_uncounted_disk_name(line);
    is_partition_name(line, [&inside, line](std::string_view parent) {
      if (parent.empty() || parent.size() >= line.size() || !inside(parent)) std::abort();
      return false;
    });
    const auto found = parse_net_dev_line(line);
    if (found && (found->name.empty() || !inside(found->name))) std::abort();
    if (parse_mountinfo_line(line, mount) && (mount.mount_point.empty() || mount.type.empty())) std::abort();
  }
  parse_disk_counters(text);
  uint32_t major = 0, minor = 0;
  parse_device_number(text, major, minor);

  uint32_t sequence = 0;  // most inputs have to get past the check of the first message's own number
  if (size >= 12) std::memcpy(&sequence, data + 8, sizeof sequence);
  LinkStatsDecoder decoder({data, size}, sequence);
  LinkStats link;
  for (size_t links = 0; decoder.next(link); ++links) {
    if (links > size) std::abort();
  }
}

}  // namespace plimsoll::test
