// Host memory: GlobalMemoryStatusEx; page files: NtQuerySystemInformation. Readers' thread.
// https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-globalmemorystatusex
#pragma once

#include "../reader.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> memory_reader();

}  // namespace plimsoll::windows_os
