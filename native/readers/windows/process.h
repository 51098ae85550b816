// This process. Readers' thread.
// https://learn.microsoft.com/windows/win32/procthread/process-and-thread-functions
#pragma once

#include "../../result.h"
#include "../reader.h"
#include "api.h"

namespace plimsoll::windows_os {

std::unique_ptr<Reader> process_reader();

// The threads of this process that run, by NtGetNextThread or what stands in for it. A walk that breaks off is no count.
Result<double> count_threads(decltype(Api::get_next_thread) get_next);

}  // namespace plimsoll::windows_os
