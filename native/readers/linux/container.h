// The readers of container.*, one per noun, around one look-up of this process's control groups. Readers' thread.
// https://man7.org/linux/man-pages/man7/cgroups.7.html
#pragma once

#include "../reader.h"
#include "root.h"
#include "whole_disks.h"

namespace plimsoll::linux_os {

// In the order in which they are to be called: the first one looks the groups up. `disks` must outlive them, and its
// owner refreshes it.
Readers container_readers(Root& root, const WholeDisks& disks);

}  // namespace plimsoll::linux_os
