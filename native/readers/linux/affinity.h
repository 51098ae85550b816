// The CPUs that this process may run on. Live: sched_getaffinity(2) of the main thread, which cpusets narrow too.
// Recorded: Cpus_allowed_list of /proc/self/status. Readers' thread.
#pragma once

#include "kept_file.h"

#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

// "0-3,8" as a set, one bool per CPU. False if it is no such list. An empty list is an empty set.
bool parse_cpu_list(std::string_view text, std::vector<bool>& cpus);

class Affinity {
 public:
  explicit Affinity(Root& root) : root_(&root), status_(root, "/proc/self/status") {}

  Result<double> allowed_cpus();
  const char* source() const { return root_->live() ? "sched_getaffinity(2)" : "/proc/self/status"; }

 private:
  Root* root_;
  KeptFile status_;
};

}  // namespace plimsoll::linux_os
