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
constexpr size_t kBitsPerWord = 8 * sizeof(unsigned long);

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

// The kernel refuses a mask that is smaller than its own (EINVAL), so the mask grows until it fits.
Reason Affinity::read_live() {
  if (mask_.empty()) mask_.resize(1024 / kBitsPerWord);
  for (;;) {
    const size_t bytes = mask_.size() * sizeof(unsigned long);
    std::fill(mask_.begin(), mask_.end(), 0ul);
    if (sched_getaffinity(getpid(), bytes, reinterpret_cast<cpu_set_t*>(mask_.data())) == 0) break;
    if (errno != EINVAL) return reason_of(errno);
    if (mask_.size() * kBitsPerWord >= kMostCpus) return Reason::unsupported;
    mask_.resize(mask_.size() * 4);
  }
  // The mask has room for a thousand CPUs and more: what follows looks at those that there are.
  size_t words = mask_.size();
  while (words > 0 && mask_[words - 1] == 0) --words;
  cpus_.assign(words * kBitsPerWord, false);
  for (size_t cpu = 0; cpu < cpus_.size(); ++cpu) cpus_[cpu] = (mask_[cpu / kBitsPerWord] >> (cpu % kBitsPerWord) & 1) != 0;
  return Reason::known;
}

Reason Affinity::read_recorded() {
  const auto text = status_.read();
  if (!text) return text.reason;
  Scanner lines(*text);
  std::string_view line;
  constexpr std::string_view key = "Cpus_allowed_list:";
  while (lines.line(line)) {
    if (!line.starts_with(key)) continue;
    std::string_view list;
    Scanner words(line.substr(key.size()));
    if (!words.word(list) || !parse_cpu_list(list, cpus_)) return Reason::malformed;
    // Unlike the system call, the list names CPUs that are offline, or not there at all.
    const auto online = online_.read();
    if (online && parse_cpu_list(*online, granted_)) intersect();
    return Reason::known;
  }
  return Reason::unsupported;
}

// Nothing in common with what is granted: the affinity alone is what the scheduler goes by.
void Affinity::intersect() {
  granted_.resize(cpus_.size());
  bool any = false;
  for (size_t cpu = 0; cpu < cpus_.size(); ++cpu) {
    granted_[cpu] = granted_[cpu] && cpus_[cpu];
    any = any || granted_[cpu];
  }
  if (any) cpus_.swap(granted_);
}

Result<double> Affinity::allowed_cpus() {
  const Reason reason = root_->live() ? read_live() : read_recorded();
  if (reason != Reason::known) return reason;
  if (cpuset_.effective_cpus(granted_) == Reason::known) intersect();
  return static_cast<double>(std::count(cpus_.begin(), cpus_.end(), true));
}

std::string Affinity::source() const {
  const std::string affinity = root_->live() ? "sched_getaffinity(2)" : "/proc/self/status";
  return cpuset_.source().empty() ? affinity : affinity + " and " + cpuset_.source();
}

}  // namespace plimsoll::linux_os
