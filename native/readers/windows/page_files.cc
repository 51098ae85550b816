// See page_files.h.
#include "page_files.h"

#include <cstring>

namespace plimsoll::windows_os {

Result<PageFiles> decode_page_files(std::span<const std::byte> bytes) {
  PageFiles sum;
  while (!bytes.empty()) {
    PageFileEntry entry;
    if (bytes.size() < sizeof entry) return Reason::malformed;
    std::memcpy(&entry, bytes.data(), sizeof entry);
    if (entry.in_use_pages > entry.total_pages) return Reason::malformed;
    sum.total_pages += entry.total_pages;
    sum.free_pages += entry.total_pages - entry.in_use_pages;
    if (entry.next_offset == 0) return sum;
    if (entry.next_offset < sizeof entry || entry.next_offset >= bytes.size()) return Reason::malformed;
    bytes = bytes.subspan(entry.next_offset);
  }
  return sum;
}

}  // namespace plimsoll::windows_os
