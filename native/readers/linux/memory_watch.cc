// See memory_watch.h. Of the own group memory.events counts, which adds its children up. Of the levels above it only what
// their own limits did (memory.events.local, since Linux 5.2): the rest is other groups' affair.
#include "memory_watch.h"

#include "kept_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

namespace plimsoll::linux_os {
namespace {

Reason refusal(int error_number) { return error_number == EROFS ? Reason::denied : reason_of(error_number); }

}  // namespace

void MemoryWatch::watch(const Placement& placement, bool events, bool levels) {
  controls_.clear();
  level_reasons_[0] = level_reasons_[1] = Reason::unsupported;
  serving_ = {.reason = placement.reason, .stall_ms = 0, .window_ms = 0, .from = "no control group found"};
  if (!events || placement.version != 2) levels_.clear();
  if (!placement.known()) return;
  serving_.reason = Reason::unsupported;
  if (placement.version == 1) return watch_v1(placement.levels.front(), events, levels);
  if (events) watch_v2(placement);
}

void MemoryWatch::watch_v2(const Placement& placement) {
  std::vector<Level> before;
  std::swap(before, levels_);
  for (size_t up = 0; up < placement.levels.size(); ++up) {
    Level level{placement.levels[up] + (up == 0 ? "/memory.events" : "/memory.events.local"), up, {}, {}};
    const auto known = std::find_if(before.begin(), before.end(), [&](const Level& old) { return old.path == level.path && old.file; });
    if (known != before.end()) {
      known->levels_up = up;
      levels_.push_back(std::move(*known));
      if (up == 0) serving_.reason = Reason::known;
      continue;
    }
    level.file = Descriptor(open(level.path.c_str(), O_RDONLY | O_CLOEXEC));
    const int error_number = errno;
    MemoryCounts counts = no_counts();
    const bool usable = level.file && read(level, counts);
    if (up == 0) serving_.reason = usable ? Reason::known : level.file ? Reason::malformed : refusal(error_number);
    if (!usable) continue;  // the root of all groups has none, an older kernel no local ones
    level.told.begin(counts);
    levels_.push_back(std::move(level));
  }
  serving_.from = placement.levels.front() + "/memory.events";
}

void MemoryWatch::watch_v1(const std::string& group, bool events, bool levels) {
  if (levels) {
    level_reasons_[0] = add_control(group, Control::medium, "memory.pressure_level", "medium");
    level_reasons_[1] = add_control(group, Control::critical, "memory.pressure_level", "critical");
  }
  if (!events) return;
  serving_.from = group + "/memory.oom_control";
  // It tells that the group is out of memory, not that it hit its limit nor that one was killed: those stay with the totals.
  const Reason reason = add_control(group, Control::out_of_memory, "memory.oom_control", "");
  serving_.reason = reason == Reason::known ? Reason::unsupported : reason;
}

Reason MemoryWatch::add_control(const std::string& group, Control::Kind kind, const char* file, const char* arguments) {
  Control control{kind, {group, file, arguments}};
  const Reason reason = control.notification.reason();
  if (reason == Reason::known) controls_.push_back(std::move(control));
  return reason;
}

bool MemoryWatch::read(Level& level, MemoryCounts& counts) {
  char buffer[512];
  const ssize_t length = pread(level.file.number(), buffer, sizeof buffer, 0);
  if (length < 0) return false;
  counts = parse_memory_events({buffer, static_cast<size_t>(length)});
  return std::any_of(counts.begin(), counts.end(), [](const Result<double>& count) { return static_cast<bool>(count); });
}

void MemoryWatch::add_polls(std::vector<pollfd>& polls) const {
  for (const Level& level : levels_) polls.push_back({level.file.number(), POLLPRI, 0});
  for (const Control& control : controls_) polls.push_back({control.notification.descriptor(), POLLIN, 0});
}

bool MemoryWatch::handle(std::span<pollfd> polls, double now, PressureSink& sink, bool& some, bool& full) {
  bool gone = false;
  for (size_t i = 0; i < polls.size(); ++i) {
    if (polls[i].revents == 0) continue;
    if (i < levels_.size()) {
      // Reading it is also what makes the next poll wait for another change.
      MemoryCounts counts = no_counts();
      if (read(levels_[i], counts)) {
        levels_[i].told.note(counts);
      } else {
        levels_[i].file = {};
        polls[i].fd = -1;
        gone = true;
      }
      continue;
    }
    Control& control = controls_[i - levels_.size()];
    const uint64_t times = control.notification.take();
    if (times == 0) {
      polls[i].fd = -1;  // the group was removed, and its events with it
      gone = true;
    } else if (control.kind == Control::out_of_memory) {
      MemoryCounts counts = no_counts();
      counts[static_cast<size_t>(MemoryEvent::oom)] = oom_count_ += static_cast<double>(times);
      oom_told_.note(counts);
    } else {
      (control.kind == Control::medium ? some : full) = true;
    }
  }
  tell(now, sink);
  return gone;
}

void MemoryWatch::tell(double now, PressureSink& sink) {
  MemoryEvent event{};
  double count = 0;
  for (Level& level : levels_) {
    while (level.told.next(now, event, count)) sink.memory(event, count, level.levels_up);
  }
  while (oom_told_.next(now, event, count)) sink.memory(event, count, 0);
}

double MemoryWatch::due() const {
  double due = oom_told_.due();
  for (const Level& level : levels_) due = std::min(due, level.told.due());
  return due;
}

}  // namespace plimsoll::linux_os
