// See pressure_ear.h.
#include "pressure_ear.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plimsoll {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kSpacingSeconds = 0.095;  // 128 readings of it are longer than the longest window, 10 s
constexpr double kLateSeconds = 0.1;       // a reading so much older than the window still stands for its beginning

constexpr size_t total_index(PressureSource source, PressureResource resource, PressureLevel level) {
  return (static_cast<size_t>(source) * 3 + static_cast<size_t>(resource)) * 2 + static_cast<size_t>(level);
}

// The CPU has no `full`: some task always runs.
struct Total {
  Field field;
  bool exists;
};
constexpr Total kTotalFields[] = {
    {Field::pressure_cpu_some_seconds_total, true},
    {Field::pressure_cpu_some_seconds_total, false},
    {Field::pressure_memory_some_seconds_total, true},
    {Field::pressure_memory_full_seconds_total, true},
    {Field::pressure_io_some_seconds_total, true},
    {Field::pressure_io_full_seconds_total, true},
    {Field::container_pressure_cpu_some_seconds_total, true},
    {Field::container_pressure_cpu_some_seconds_total, false},
    {Field::container_pressure_memory_some_seconds_total, true},
    {Field::container_pressure_memory_full_seconds_total, true},
    {Field::container_pressure_io_some_seconds_total, true},
    {Field::container_pressure_io_full_seconds_total, true},
};

// What systems that know levels alone say in place of milliseconds.
double milliseconds(uint32_t number) { return number == 0 ? kUnknown : number; }

Event pressure_event(const PressureTrigger& trigger, uint32_t stall_ms, uint32_t window_ms, bool pushed, double at_seconds) {
  Event event = make_event(EventKind::pressure, at_seconds);
  event[2] = static_cast<double>(trigger.source);
  event[3] = static_cast<double>(trigger.resource);
  event[4] = static_cast<double>(trigger.level);
  event[5] = milliseconds(stall_ms);
  event[6] = milliseconds(window_ms);
  event[7] = pushed ? 1 : 0;
  return event;
}

Event memory_event(MemoryEvent kind, double count, size_t levels_up, bool pushed, double at_seconds) {
  Event event = make_event(EventKind::memory, at_seconds);
  event[2] = static_cast<double>(kind);
  event[3] = count;
  event[4] = pushed ? 1 : 0;
  event[5] = static_cast<double>(levels_up);
  return event;
}

}  // namespace

void PressureHistory::note(double at_seconds, const Sample& sample) {
  // The newest reading is always there; the one before it gives its place up if it was too close to the one before that.
  if (count_ >= 2 && back(0).at_seconds - back(1).at_seconds < kSpacingSeconds) --count_;
  Reading& reading = readings_[count_++ % kReadings];
  reading.at_seconds = at_seconds;
  for (size_t i = 0; i < kTotals; ++i) reading.totals[i] = kTotalFields[i].exists ? sample.value(kTotalFields[i].field) : kUnknown;
  if (count_ >= 2 * kReadings) count_ -= kReadings;  // the place in the ring stays the same
}

bool PressureHistory::stalled(const PressureTrigger& trigger) const {
  const size_t kept = std::min(count_, kReadings);
  if (kept < 2) return false;
  const size_t index = total_index(trigger.source, trigger.resource, trigger.level);
  const Reading& now = back(0);
  const double window = trigger.window_ms / 1000.0;
  size_t begin = 1;
  while (begin + 1 < kept && now.at_seconds - back(begin + 1).at_seconds <= window + kLateSeconds) ++begin;
  const double seconds = now.at_seconds - back(begin).at_seconds;
  const double grown = now.totals[index] - back(begin).totals[index];  // NaN is not enough
  return grown >= trigger.stall_ms / 1000.0 * std::max(1.0, seconds / (window + kLateSeconds));
}

PressureEar::PressureEar(const std::vector<PressureTrigger>& triggers, bool memory_events)
    : memory_events_(memory_events) {
  triggers_.reserve(triggers.size());
  for (const auto& trigger : triggers) triggers_.push_back({trigger, trigger.stall_ms, trigger.window_ms});
}

void PressureEar::set_serving(size_t index, const Serving& serving) {
  Heard& heard = triggers_[index];
  heard.pushed = serving.reason == Reason::known;
  heard.stall_ms = heard.pushed ? serving.stall_ms : heard.trigger.stall_ms;
  heard.window_ms = heard.pushed ? serving.window_ms : heard.trigger.window_ms;
}

bool PressureEar::pushed(const PressureTrigger& trigger, double at_seconds, EventQueue& queue) {
  const auto heard = std::find_if(triggers_.begin(), triggers_.end(), [&](const Heard& one) { return one.trigger == trigger; });
  if (heard == triggers_.end()) return false;
  heard->overdue_at = std::numeric_limits<double>::infinity();
  queue.push(pressure_event(trigger, heard->stall_ms, heard->window_ms, true, at_seconds));
  return true;
}

bool PressureEar::pushed(MemoryEvent event, double count, size_t levels_up, double at_seconds, EventQueue& queue) const {
  if (!memory_events_) return false;
  queue.push(memory_event(event, count, levels_up, true, at_seconds));
  return true;
}

bool PressureEar::poll(double at_seconds, const Sample& sample, const PressureHistory& history, EventQueue& queue) {
  bool news = false;
  for (Heard& heard : triggers_) {
    const bool stalled = history.stalled(heard.trigger);
    if (heard.pushed ? !is_overdue(heard, stalled, at_seconds) : !stalled) continue;
    if (at_seconds < heard.quiet_until) continue;
    heard.quiet_until = at_seconds + heard.window_ms / 1000.0 - kLateSeconds;
    queue.push(pressure_event(heard.trigger, heard.stall_ms, heard.window_ms, false, at_seconds));
    news = true;
  }
  if (!memory_events_ || memory_pushed_) return news;
  news = poll_count(Field::container_memory_limit_hits_total, MemoryEvent::max, limit_hits_, at_seconds, sample, queue) || news;
  return poll_count(Field::container_memory_oom_kills_total, MemoryEvent::oom_kill, oom_kills_, at_seconds, sample, queue) || news;
}

// The kernel looks at a trigger of an unprivileged process when it brings its averages up to date, every 2 s. Whoever reads a
// pressure file in the few milliseconds before does that in its place, and then it does not look: with somebody on the
// machine who reads them all the time, it never tells (Linux 6.18: psi_show() and psi_avgs_work() in kernel/sched/psi.c).
bool PressureEar::is_overdue(Heard& heard, bool stalled, double at_seconds) {
  if (!stalled) heard.overdue_at = std::numeric_limits<double>::infinity();
  if (stalled && std::isinf(heard.overdue_at)) heard.overdue_at = at_seconds + 2 * heard.window_ms / 1000.0;
  return at_seconds >= heard.overdue_at;
}

bool PressureEar::poll_count(Field field, MemoryEvent event, double& told, double at_seconds, const Sample& sample,
                             EventQueue& queue) const {
  const double count = sample.value(field);
  const bool grown = count > told;
  if (!std::isnan(count)) told = count;
  if (grown) queue.push(memory_event(event, count, 0, false, at_seconds));
  return grown;
}

}  // namespace plimsoll
