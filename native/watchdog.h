// Speaks for an event loop that is blocked: a line of JSON to a descriptor while it lasts, an event for its next turn.
// Sampler thread, under the lock of listeners.h; made by the environment's.
#pragma once

#include "event_loops.h"
#include "events.h"
#include "lines.h"

#include <string>
#include <utility>

namespace plimsoll {

struct Tick;

class Watchdog {
 public:
  static constexpr int kNoDescriptor = -1;

  // `opening` begins the line: a JSON object without its closing brace.
  Watchdog(double blocked_seconds, int descriptor, std::string opening)
      : blocked_seconds_(blocked_seconds), descriptor_(descriptor), opening_(std::move(opening)) {}

  // After a tick that read the gauges. True if there is a new event in the queue.
  bool check(const BusyStretch& stretch, const Lines& lines, const Tick& tick, EventQueue& queue);

  // The queue was taken from: events that wait in it are no longer brought up to date.
  void taken() { told_ = {}; }

 private:
  enum Reason : size_t { loop, line };

  bool report(Reason reason, const BusyStretch& stretch, const Lines& lines, size_t index, const Tick& tick, EventQueue& queue);
  bool write(Reason reason, const BusyStretch& stretch, const Lines& lines, size_t index, const Tick& tick) const;

  double blocked_seconds_;
  int descriptor_;
  std::string opening_;
  // By reason: the stretch that was reported last, and its event while that waits.
  std::array<uint64_t, 2> reported_{};
  std::array<Event*, 2> told_{};
  std::array<double, 2> ticked_at_{};  // the last two ticks, the older one first
};

}  // namespace plimsoll
