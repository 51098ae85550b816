// Host CPU: PDH "Processor Information", else NtQuerySystemInformationEx per processor group. Readers' thread.
// https://learn.microsoft.com/windows/win32/procthread/processor-groups
#pragma once

#include "pdh.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> cpu_reader(std::shared_ptr<Pdh> pdh);

double online_cpus();  // of all processor groups

}  // namespace plimsoll::windows_os
