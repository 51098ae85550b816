// Space of the file system that holds the watched path, and the mounts: statfs(2), getfsstat(2).
// Readers' thread; what can block is asked on a helper thread (space.h).
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

// Does the type hold files of somebody's, on a disk or over a network? Not so the kernel's own.
inline bool is_real_file_system(std::string_view type) { return type != "devfs" && type != "autofs" && type != "fdesc"; }

std::unique_ptr<Reader> filesystem_reader(std::string watched_path);

}  // namespace plimsoll::darwin_os
