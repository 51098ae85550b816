// See process_list.h.
#include "process_list.h"

#include <algorithm>
#include <cstring>

namespace plimsoll::windows_os {
namespace {

bool by_pid(const ListedProcess& a, const ListedProcess& b) { return a.pid < b.pid; }

}  // namespace

Reason decode_processes(std::span<const std::byte> bytes, std::vector<ListedProcess>& list) {
  list.clear();
  for (;;) {
    ProcessEntry entry;
    if (bytes.size() < sizeof entry) return Reason::malformed;
    std::memcpy(&entry, bytes.data(), sizeof entry);
    list.push_back({entry.pid, entry.parent, entry.created});
    if (entry.next_offset == 0) break;
    if (entry.next_offset < sizeof entry || entry.next_offset >= bytes.size()) return Reason::malformed;
    bytes = bytes.subspan(entry.next_offset);
  }
  std::sort(list.begin(), list.end(), by_pid);
  for (ListedProcess& one : list) {
    const auto parent = std::lower_bound(list.begin(), list.end(), ListedProcess{one.parent, 0, 0}, by_pid);
    if (parent != list.end() && parent->pid == one.parent && parent->created > one.created) one.parent = 0;
  }
  return Reason::known;
}

}  // namespace plimsoll::windows_os
