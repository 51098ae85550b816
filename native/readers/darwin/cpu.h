// Host CPU: host_processor_info(), sysctl hw.activecpu and vm.loadavg. Readers' thread.
// xnu osfmk/kern/host.c (host_processor_info)
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

std::unique_ptr<Reader> cpu_reader();

}  // namespace plimsoll::darwin_os
