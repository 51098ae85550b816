// Tasks of this process's control group and the most it may have. Readers' thread. The same files in v1 and v2.
// https://docs.kernel.org/admin-guide/cgroup-v2.html#pid
#pragma once

#include "../reader.h"
#include "cgroup.h"

#include <memory>

namespace plimsoll::linux_os {

std::unique_ptr<Reader> container_pids_reader(Root& root, std::shared_ptr<ControlGroups> groups);

}  // namespace plimsoll::linux_os
