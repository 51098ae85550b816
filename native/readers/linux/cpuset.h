// The CPUs that this process's cpuset grants. Readers' thread.
// v2: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpuset v1: https://man7.org/linux/man-pages/man7/cpuset.7.html
#pragma once

#include "cgroup.h"

#include <string>
#include <vector>

namespace plimsoll::linux_os {

class Cpuset {
 public:
  explicit Cpuset(Root& root) : root_(&root), groups_(root) {}

  // One bool per CPU, into `cpus`; else why there is none, and then what `cpus` holds means nothing. Slow rhythm.
  Reason effective_cpus(std::vector<bool>& cpus);

  // The file that was read last; empty if none was.
  const std::string& source() const { return source_; }

 private:
  void choose_files();

  Root* root_;
  ControlGroups groups_;
  std::vector<KeptFile> files_;  // the first that exists counts: own group first
  std::string source_;
  uint32_t generation_ = 0;
};

}  // namespace plimsoll::linux_os
