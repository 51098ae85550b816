// The CPUs that this process's cpuset grants. Readers' thread.
// v2: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpuset v1: https://man7.org/linux/man-pages/man7/cpuset.7.html
#pragma once

#include "cgroup.h"

#include <string>
#include <memory>
#include <utility>
#include <vector>

namespace plimsoll::linux_os {

class Cpuset {
 public:
  // Whoever owns `groups` refreshes them before each slow reading.
  Cpuset(Root& root, std::shared_ptr<ControlGroups> groups) : root_(&root), groups_(std::move(groups)) {}

  // One bool per CPU, into `cpus`; else why there is none, and then what `cpus` holds means nothing. Slow rhythm.
  Reason effective_cpus(std::vector<bool>& cpus);

  // The file that was read last; empty if none was.
  const std::string& source() const { return source_; }

 private:
  void choose_files();

  Root* root_;
  std::shared_ptr<ControlGroups> groups_;
  std::vector<KeptFile> files_;  // the first that exists counts: own group first
  std::string source_;
  uint32_t generation_ = 0;
};

}  // namespace plimsoll::linux_os
