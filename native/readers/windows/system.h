// Handles of the whole system. Readers' thread.
// https://learn.microsoft.com/windows/win32/api/psapi/ns-psapi-performance_information
#pragma once

#include "../reader.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> system_reader();

}  // namespace plimsoll::windows_os
