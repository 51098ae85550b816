// Network input and output: PDH "Network Interface", else GetIfTable2. Readers' thread.
// https://learn.microsoft.com/windows/win32/api/netioapi/nf-netioapi-getiftable2
#pragma once

#include "pdh.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> network_reader(std::shared_ptr<Pdh> pdh);

}  // namespace plimsoll::windows_os
