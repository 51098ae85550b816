// What one listener wants to know of pressure, and the fallback where the kernel does not tell by itself: totals of the rate
// rhythm compared. Sampler's thread and the pressure watch's, under the lock of listeners.h.
#pragma once

#include "events.h"
#include "readers/pressure_watch.h"
#include "sample.h"

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

namespace plimsoll {

// The totals of stalls over the last 12 s or more, in fixed memory. One for all listeners.
class PressureHistory {
 public:
  // After a reading of the rates. Of readings that follow closely only some are kept.
  void note(double at_seconds, const Sample& sample);

  // Did tasks wait for that long within the window that ends with the newest reading? Where readings lie farther apart than
  // the window is long, on the average over the last two. False where the totals are unknown.
  bool stalled(const PressureTrigger& trigger) const;

 private:
  static constexpr size_t kReadings = 128;
  static constexpr size_t kTotals = 2 * 3 * 2;
  struct Reading {
    double at_seconds;
    std::array<double, kTotals> totals;
  };

  const Reading& back(size_t count) const { return readings_[(count_ - 1 - count) % kReadings]; }

  std::array<Reading, kReadings> readings_{};
  size_t count_ = 0;
};

class PressureEar {
 public:
  static constexpr size_t kMost = 32;

  PressureEar() = default;
  PressureEar(const std::vector<PressureTrigger>& triggers, bool memory_events);

  bool deaf() const { return triggers_.empty() && !memory_events_; }
  size_t size() const { return triggers_.size(); }
  const PressureTrigger& trigger(size_t index) const { return triggers_[index].trigger; }
  bool memory_events() const { return memory_events_; }

  // What the kernel serves from now on.
  void set_serving(size_t index, const Serving& serving);
  void set_memory_pushed(bool pushed) { memory_pushed_ = pushed; }

  // Each returns whether there is a new event.
  bool pushed(const PressureTrigger& trigger, double at_seconds, EventQueue& queue);
  bool pushed(MemoryEvent event, double count, size_t levels_up, double at_seconds, EventQueue& queue) const;
  bool poll(double at_seconds, const Sample& sample, const PressureHistory& history, EventQueue& queue);

 private:
  struct Heard {
    PressureTrigger trigger;
    uint32_t stall_ms;
    uint32_t window_ms;
    bool pushed = false;
    double quiet_until = 0;  // at most one event per window, as the kernel does
    double overdue_at = std::numeric_limits<double>::infinity();  // when the kernel should have told long since
  };

  static bool is_overdue(Heard& heard, bool stalled, double at_seconds);
  bool poll_count(Field field, MemoryEvent event, double& told, double at_seconds, const Sample& sample, EventQueue& queue) const;

  std::vector<Heard> triggers_;
  bool memory_events_ = false;
  bool memory_pushed_ = false;
  double limit_hits_ = std::numeric_limits<double>::quiet_NaN();  // as told last
  double oom_kills_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace plimsoll
