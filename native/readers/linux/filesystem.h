// Space of the file system that holds the watched path, and the mounts: statvfs(), /proc/self/mountinfo.
// Readers' thread; what can block is asked on a helper thread (space.h).
#pragma once

#include "../reader.h"
#include "root.h"

namespace plimsoll::linux_os {

// Does the type hold files of somebody's, on a disk, over a network or in memory? Not so the kernel's own: proc, sysfs …
bool is_real_file_system(std::string_view type);

std::unique_ptr<Reader> filesystem_reader(Root& root, std::string watched_path);

}  // namespace plimsoll::linux_os
