// Pressure stall information of this process's own v2 control group, which needs no controller. Readers' thread.
// v1 has none. Since Linux 4.20. https://docs.kernel.org/accounting/psi.html#cgroup2-interface
#pragma once

#include "../reader.h"
#include "cgroup.h"

#include <memory>

namespace plimsoll::linux_os {

std::unique_ptr<Reader> container_pressure_reader(Root& root, std::shared_ptr<ControlGroups> groups);

}  // namespace plimsoll::linux_os
