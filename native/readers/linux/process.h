// This process: statm, stat, io, limits, the fd and task directories of /proc/self, getrusage(2).
// https://docs.kernel.org/filesystems/proc.html and proc_pid_stat(5)
#pragma once

#include "../reader.h"
#include "root.h"

namespace plimsoll::linux_os {

// What is taken from /proc/self/stat. The resident pages there (field 24) are not: since Linux 6.2 they lag behind by
// up to a batch per CPU; statm is what is read.
struct ProcessStat {
  uint64_t minor_faults;
  uint64_t major_faults;
  uint64_t user_ticks;
  uint64_t system_ticks;
  uint64_t threads;
};

// The command name, in parentheses, may hold anything: spaces, newlines, parentheses. The last ')' ends it.
Result<ProcessStat> parse_process_stat(std::string_view text);

// statm: resident pages, the second number.
Result<uint64_t> parse_statm(std::string_view text);

struct ProcessIo {
  Result<double> read_bytes = Reason::unsupported;
  Result<double> written_bytes = Reason::unsupported;
};
ProcessIo parse_process_io(std::string_view text);

// "Max open files  1024  4096  files": the soft limit.
Result<double> parse_fd_limit(std::string_view text);

std::unique_ptr<Reader> process_reader(Root& root, double ticks_per_second, double page_bytes);

}  // namespace plimsoll::linux_os
