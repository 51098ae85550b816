// All processes, decoded: who has which number, and who began it. A pure function, any thread.
// https://ntdoc.m417z.com/system_process_information
#pragma once

#include "../../result.h"
#include "layouts.h"

#include <span>
#include <vector>

namespace plimsoll::windows_os {

struct ListedProcess {
  uint64_t pid;
  uint64_t parent;    // 0 where that number has come to a younger process: Windows does not take it back
  int64_t created;
};

// What NtQuerySystemInformation(SystemProcessInformation) has filled, in the order of the numbers.
Reason decode_processes(std::span<const std::byte> bytes, std::vector<ListedProcess>& list);

}  // namespace plimsoll::windows_os
