// What JavaScript is told, as numbers: lib/snapshot/events.ts makes objects of them. And the bounded queue that they wait in,
// filled by the sampler's thread and the pressure watch's, emptied by the environment's: under the lock of listeners.h.
#pragma once

#include "fields.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace plimsoll {

// Order is the form: lib/snapshot/events.ts has the same.
enum class EventKind : uint8_t { line, rates, blocked, pressure, memory, lost, serving, ended };

using Heads = std::array<uint32_t, kRhythmCount>;

// kind, monotonic time in seconds, then by kind:
//   line      the heads of the three rings, in the order gauge, rate, slow
//   rates     the same
//   blocked   since when (monotonic seconds), for how many milliseconds, 0 loop or 1 line, the line's index or -1,
//             1 if the line of text was written
//   pressure  0 system or 1 container, 0 cpu 1 memory 2 io, 0 some or 1 full, stall ms, window ms, 1 if pushed by the kernel
//   memory    0 low 1 high 2 max 3 oom 4 oom_kill, the count, 1 if pushed by the kernel, levels above the own group
//   serving   nothing more
//   ended     nothing more: who tracks looks at the rows
//   lost      how many events found no room
inline constexpr size_t kEventValues = 8;
using Event = std::array<double, kEventValues>;

inline Event make_event(EventKind kind, double at_seconds) { return {static_cast<double>(kind), at_seconds}; }

inline Event make_event(EventKind kind, double at_seconds, const Heads& heads) {
  Event event = make_event(kind, at_seconds);
  // As JavaScript's Int32Array shows them.
  for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) event[2 + rhythm] = static_cast<int32_t>(heads[rhythm]);
  return event;
}

class EventQueue {
 public:
  static constexpr size_t kRoom = 64;

  // Null if there is no room: that is counted. The place stays until the queue is next taken from.
  Event* push(const Event& event) {
    if (count_ == kRoom) {
      ++lost_;
      return nullptr;
    }
    Event& place = events_[(first_ + count_++) % kRoom];
    place = event;
    return &place;
  }

  bool pop(Event& event) {
    if (count_ == 0) return false;
    event = events_[first_];
    first_ = (first_ + 1) % kRoom;
    --count_;
    return true;
  }

  bool empty() const { return count_ == 0 && lost_ == 0; }
  uint32_t lost() const { return lost_; }
  void forget_lost() { lost_ = 0; }

 private:
  std::array<Event, kRoom> events_{};
  size_t first_ = 0;
  size_t count_ = 0;
  uint32_t lost_ = 0;
};

}  // namespace plimsoll
