// See memory_events.h.
#include "memory_events.h"

#include "cgroup_files.h"

#include <algorithm>
#include <limits>

namespace plimsoll::linux_os {
namespace {

constexpr std::string_view kNames[kMemoryEvents] = {"low", "high", "max", "oom", "oom_kill"};
// Between two events of one kind: what throttles and reclaims goes on and on, what kills is rare and matters.
constexpr double kQuietSeconds[kMemoryEvents] = {1, 1, 1, 0.1, 0.1};

}  // namespace

MemoryCounts no_counts() {
  return {Reason::unsupported, Reason::unsupported, Reason::unsupported, Reason::unsupported, Reason::unsupported};
}

MemoryCounts parse_memory_events(std::string_view text) {
  MemoryCounts counts = no_counts();
  for (size_t i = 0; i < kMemoryEvents; ++i) counts[i] = parse_keyed(text, kNames[i]);
  return counts;
}

void ToldEvents::begin(const MemoryCounts& counts) {
  for (size_t i = 0; i < kMemoryEvents; ++i) {
    const double count = counts[i] ? *counts[i] : 0;
    told_[i] = {count, count, 0};
  }
}

void ToldEvents::note(const MemoryCounts& counts) {
  for (size_t i = 0; i < kMemoryEvents; ++i) {
    if (counts[i]) told_[i].count = *counts[i];
  }
}

bool ToldEvents::next(double now, MemoryEvent& event, double& count) {
  for (size_t i = 0; i < kMemoryEvents; ++i) {
    Told& told = told_[i];
    if (told.count <= told.told || now < told.quiet_until) continue;
    told.told = told.count;
    told.quiet_until = now + kQuietSeconds[i];
    event = static_cast<MemoryEvent>(i);
    count = told.count;
    return true;
  }
  return false;
}

double ToldEvents::due() const {
  double due = std::numeric_limits<double>::infinity();
  for (const Told& told : told_) {
    if (told.count > told.told) due = std::min(due, told.quiet_until);
  }
  return due;
}

}  // namespace plimsoll::linux_os
