// Whole-system file table: sysctl kern.num_files and kern.maxfiles. Readers' thread. xnu bsd/kern/kern_sysctl.c
#pragma once

#include "../reader.h"

namespace plimsoll::darwin_os {

std::unique_ptr<Reader> system_reader();

}  // namespace plimsoll::darwin_os
