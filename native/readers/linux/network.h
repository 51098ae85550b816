// Network counters of this process's network namespace: rtnetlink, else /proc/self/net/dev. Readers' thread.
// https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
#pragma once

#include "../reader.h"
#include "root.h"
#include "rtnetlink.h"

namespace plimsoll::linux_os {

struct NetDevLine {
  std::string_view name;
  NetworkCounters counters{};
};

// A line of net/dev. `unsupported` for the two head lines and for empty ones, `malformed` for what is no such line.
Result<NetDevLine> parse_net_dev_line(std::string_view line);

std::unique_ptr<Reader> network_reader(Root& root);

}  // namespace plimsoll::linux_os
