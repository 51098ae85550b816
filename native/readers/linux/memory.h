// Host memory: /proc/meminfo. https://docs.kernel.org/filesystems/proc.html#meminfo
#pragma once

#include "../reader.h"
#include "root.h"

namespace plimsoll::linux_os {

// Fills the memory.* fields; what is not in the text is `unsupported`, what is not a number of kB `malformed`.
void parse_meminfo(std::string_view text, Sample& sample);

std::unique_ptr<Reader> memory_reader(Root& root);

}  // namespace plimsoll::linux_os
