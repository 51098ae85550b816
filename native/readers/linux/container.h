// The readers of container.*, one per noun, around one look-up of this process's control groups. Readers' thread.
// https://man7.org/linux/man-pages/man7/cgroups.7.html
#pragma once

#include "../reader.h"
#include "cgroup.h"
#include "root.h"
#include "whole_disks.h"

namespace plimsoll::linux_os {

// `disks` must outlive them. Whoever owns `disks` and `groups` refreshes both before each slow reading.
Readers container_readers(Root& root, const WholeDisks& disks, const std::shared_ptr<ControlGroups>& groups);

}  // namespace plimsoll::linux_os
