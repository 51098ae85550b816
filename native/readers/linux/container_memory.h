// Memory of this process's control group and of its ancestors. Readers' thread.
// v2: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
// v1: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
#pragma once

#include "../reader.h"
#include "cgroup.h"

#include <memory>

namespace plimsoll::linux_os {

// memory.stat, bytes. v1: the total_* lines, which count descendants as v2 does.
struct GroupMemory {
  Result<double> inactive_file = Reason::malformed;
  Result<double> anon = Reason::malformed;
  Result<double> file = Reason::malformed;
  // v1 alone: the least limit of all ancestors, those outside the namespace too.
  Result<double> hierarchical_limit = Reason::unsupported;
};
GroupMemory parse_memory_stat(std::string_view text, int version);

std::unique_ptr<Reader> container_memory_reader(Root& root, std::shared_ptr<ControlGroups> groups);

}  // namespace plimsoll::linux_os
