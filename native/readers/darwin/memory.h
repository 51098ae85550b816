// Host memory: sysctl hw.memsize, vm.page_*_count and vm.swapusage. Readers' thread.
// xnu bsd/vm/vm_unix.c
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

std::unique_ptr<Reader> memory_reader();

}  // namespace plimsoll::darwin_os
