// Bytes that this process's control group read from and wrote to whole disks. Readers' thread.
// v2 io.stat: https://docs.kernel.org/admin-guide/cgroup-v2.html#io
// v1 blkio.throttle.io_service_bytes: https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html
#pragma once

#include "../reader.h"
#include "cgroup.h"
#include "whole_disks.h"

#include <memory>
#include <vector>

namespace plimsoll::linux_os {

struct DeviceBytes {
  uint32_t major;
  uint32_t minor;
  double read;
  double written;
};

// io.stat: "8:0 rbytes=1 wbytes=2 rios=…". Some kernels write devices without figures before others on one line: each
// figure belongs to the device before it, and a device without figures is left out. Empty: no I/O yet. `devices` is
// filled anew. False if malformed.
bool parse_io_stat(std::string_view text, std::vector<DeviceBytes>& devices);

// v1: "8:0 Read 123", "8:0 Write 4", …, "Total 127".
bool parse_io_service_bytes(std::string_view text, std::vector<DeviceBytes>& devices);

// `disks` is refreshed by whoever owns it.
std::unique_ptr<Reader> container_io_reader(Root& root, std::shared_ptr<ControlGroups> groups, const WholeDisks& disks);

}  // namespace plimsoll::linux_os
