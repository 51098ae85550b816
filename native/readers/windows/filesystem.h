// Space of the volume that holds the watched path, and the drives. Readers' thread; what can block is asked on a helper
// thread (space.h). https://learn.microsoft.com/windows/win32/fileio/naming-a-volume
#pragma once

#include "../reader.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> filesystem_reader(std::string watched_path);

}  // namespace plimsoll::windows_os
