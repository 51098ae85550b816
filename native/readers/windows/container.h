// The job object that this process is in: what a Windows container is made of. Readers' thread.
// https://learn.microsoft.com/windows/win32/procthread/job-objects
#pragma once

#include "../reader.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> container_reader();

}  // namespace plimsoll::windows_os
