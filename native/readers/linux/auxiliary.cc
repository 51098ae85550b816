// See auxiliary.h.
#include "auxiliary.h"

#include "kept_file.h"

#include <cstring>
#include <elf.h>
#include <unistd.h>

namespace plimsoll::linux_os {

Auxiliary parse_auxv(std::string_view bytes) {
  Auxiliary found;
  unsigned long pair[2];
  for (size_t place = 0; place + sizeof pair <= bytes.size(); place += sizeof pair) {
    std::memcpy(pair, bytes.data() + place, sizeof pair);
    if (pair[0] == AT_NULL) break;
    if (pair[1] == 0 || pair[1] > 1u << 24) continue;  // neither a page size nor a clock tick
    if (pair[0] == AT_PAGESZ) found.page_bytes = static_cast<double>(pair[1]);
    if (pair[0] == AT_CLKTCK) found.ticks_per_second = static_cast<double>(pair[1]);
  }
  return found;
}

Auxiliary read_auxiliary(Root& root) {
  KeptFile file(root, "/proc/self/auxv");
  if (!root.live()) {
    const auto bytes = file.read();
    return bytes ? parse_auxv(*bytes) : Auxiliary{};
  }
  root.note(file.absolute());
  return {static_cast<double>(sysconf(_SC_PAGESIZE)), static_cast<double>(sysconf(_SC_CLK_TCK))};
}

}  // namespace plimsoll::linux_os
