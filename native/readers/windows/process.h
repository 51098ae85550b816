// This process. Readers' thread.
// https://learn.microsoft.com/windows/win32/procthread/process-and-thread-functions
#pragma once

#include "../reader.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> process_reader();

}  // namespace plimsoll::windows_os
