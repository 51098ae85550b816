// See affinity.h.
#include "affinity.h"

#include "scanner.h"

#include <algorithm>
#include <cerrno>
#include <sched.h>
#include <unistd.h>

namespace plimsoll::linux_os {
namespace {

constexpr uint64_t kMostCpus = 1u << 16;

// The kernel refuses a set that is smaller than its own (EINVAL), so the set grows until it fits.
Result<double> count_live() {
  for (size_t cpus = 1024; cpus <= kMostCpus; cpus *= 4) {
    cpu_set_t* set = CPU_ALLOC(cpus);
    if (set == nullptr) return Reason::internal;
    const size_t bytes = CPU_ALLOC_SIZE(cpus);
    const bool fits = sched_getaffinity(getpid(), bytes, set) == 0;
    const int error_number = errno;
    const int count = fits ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (fits) return static_cast<double>(count);
    if (error_number != EINVAL) return reason_of(error_number);
  }
  return Reason::unsupported;
}

}  // namespace

bool parse_cpu_list(std::string_view text, std::vector<bool>& cpus) {
  cpus.clear();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    const size_t dash = range.find('-');
    uint64_t first = 0, last = 0;
    if (!whole_number(range.substr(0, dash), first)) return false;
    last = first;
    if (dash != std::string_view::npos && !whole_number(range.substr(dash + 1), last)) return false;
    if (last < first || last >= kMostCpus) return false;
    if (cpus.size() <= last) cpus.resize(last + 1);
    std::fill(cpus.begin() + static_cast<ptrdiff_t>(first), cpus.begin() + static_cast<ptrdiff_t>(last) + 1, true);
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
    if (text.empty()) return false;
  }
  return true;
}

Result<double> Affinity::allowed_cpus() {
  if (root_->live()) return count_live();
  const auto text = status_.read();
  if (!text) return text.reason;
  Scanner lines(*text);
  std::string_view line;
  constexpr std::string_view key = "Cpus_allowed_list:";
  while (lines.line(line)) {
    if (!line.starts_with(key)) continue;
    std::string_view list;
    Scanner words(line.substr(key.size()));
    std::vector<bool> cpus;
    if (!words.word(list) || !parse_cpu_list(list, cpus)) return Reason::malformed;
    return static_cast<double>(std::count(cpus.begin(), cpus.end(), true));
  }
  return Reason::unsupported;
}

}  // namespace plimsoll::linux_os
