// The CPUs that this process may run on: its affinity, less what its cpuset does not grant. Readers' thread.
// Live: sched_getaffinity(2) of the main thread. Recorded: Cpus_allowed_list of /proc/self/status.
#pragma once

#include "cpuset.h"
#include "kept_file.h"

#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

// "0-3,8" as a set, one bool per CPU. False if it is no such list. An empty list is an empty set.
bool parse_cpu_list(std::string_view text, std::vector<bool>& cpus);

class Affinity {
 public:
  Affinity(Root& root, std::shared_ptr<ControlGroups> groups)
      : root_(&root), status_(root, "/proc/self/status"), online_(root, "/sys/devices/system/cpu/online"), cpuset_(root, std::move(groups)) {}

  Result<double> allowed_cpus();
  std::string source() const;

 private:
  Reason read_live();
  Reason read_recorded();
  void intersect();

  Root* root_;
  KeptFile status_;
  KeptFile online_;
  Cpuset cpuset_;
  std::vector<unsigned long> mask_;  // as the kernel hands it out; grows to the kernel's size and is then kept
  std::vector<bool> cpus_;
  std::vector<bool> granted_;
};

}  // namespace plimsoll::linux_os
