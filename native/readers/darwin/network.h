// Network counters: the kernel's interface table, one sysctl per interface. Readers' thread.
// xnu bsd/net/if_mib.c (sysctl_ifdata)
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

std::unique_ptr<Reader> network_reader();

}  // namespace plimsoll::darwin_os
