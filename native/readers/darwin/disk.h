// Disk input and output: the statistics of IOKit's block storage drivers. Readers' thread. See iokit.h.
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

std::unique_ptr<Reader> disk_reader();

}  // namespace plimsoll::darwin_os
