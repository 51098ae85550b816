// This process: libproc (proc_pidinfo, proc_pid_rusage), getrusage(2), getrlimit(2). Readers' thread.
// xnu bsd/kern/proc_info.c, bsd/kern/kern_resource.c; never task_for_pid(), which may hang
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

std::unique_ptr<Reader> process_reader();

}  // namespace plimsoll::darwin_os
