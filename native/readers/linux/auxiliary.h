// Page size and clock tick: sysconf(3) live; from a recorded /proc/self/auxv, else 4096 and 100. Readers' thread.
#pragma once

#include "root.h"

namespace plimsoll::linux_os {

struct Auxiliary {
  double page_bytes = 4096;
  double ticks_per_second = 100;
};

// Pairs of native words (key, value), ended by key 0 or the end of the bytes: getauxval(3).
Auxiliary parse_auxv(std::string_view bytes);

Auxiliary read_auxiliary(Root& root);

}  // namespace plimsoll::linux_os
