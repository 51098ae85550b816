// A small file of a process, opened by its number to be read once. Any thread; allocates nothing. proc(5)
#pragma once

#include "../../result.h"

#include <span>
#include <string_view>

namespace plimsoll::linux_os {

Result<std::string_view> read_process_file(uint32_t pid, const char* file, std::span<char> buffer);

}  // namespace plimsoll::linux_os
