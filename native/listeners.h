// Who is to be woken, and for what. Knows no libuv: loop_wake.cc says how a loop is woken.
//
// Threads: an environment's own thread adds, changes, empties and removes its listener; the sampler's thread compares after
// each tick, and the pressure watch's hands on what the kernel tells. One lock for all of it, held for a few comparisons or the swap of a pointer, never during a system call that
// may wait: only the wake itself and a report are made under it. A removed listener is not woken again: remove() waits for a tick that is under way.
#pragma once

#include "events.h"
#include "lines.h"
#include "pressure_ear.h"
#include "watchdog.h"

#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace plimsoll {

// What the sampler's thread has just read and published.
struct Tick {
  Due read;
  Heads heads;
  double at_seconds;
  const Sample& sample;
};

// What one opener of the sampler wants to be told. Only touched under the lock of Listeners.
class Listener {
 public:
  using Wake = void (*)(void* context);  // from any thread; must not wait

  // `loop` is the environment's, null if it is not watched; it must outlive the listener.
  Listener(Wake wake, void* context, const LoopWatch* loop) : wake_(wake), context_(context), loop_(loop) {}

  bool watches_loop() const { return loop_ != nullptr; }
  void swap_lines(Lines& lines) { std::swap(lines_, lines); }
  void swap_watchdog(std::unique_ptr<Watchdog>& watchdog) { std::swap(watchdog_, watchdog); }
  void wake_on_rates(double every_seconds);  // 0: not at all

  void swap_ear(PressureEar& ear) { std::swap(ear_, ear); }
  PressureEar& ear() { return ear_; }
  const PressureEar& ear() const { return ear_; }

  bool undecided(const Sample& sample, std::span<const Ceiling> ceilings) const { return lines_.undecided(sample, ceilings); }
  void compare(const Tick& tick, const PressureHistory& history);
  void pressure(const PressureTrigger& trigger, double at_seconds);
  void memory(MemoryEvent event, double count, size_t levels_up, double at_seconds);
  void serving_changed(double at_seconds);
  void ended(double at_seconds);

  // Moves what is to be told into `events`, oldest state first, and returns how many. What finds no room stays.
  size_t take(std::span<Event> events);

 private:
  void wake() { wake_(context_); }
  bool rates_due(const Tick& tick);

  Wake wake_;
  void* context_;
  const LoopWatch* loop_;
  Lines lines_;
  std::unique_ptr<Watchdog> watchdog_;
  PressureEar ear_;
  double rates_seconds_ = 0;
  double next_rates_at_ = 0;
  // At most one of each waits: JavaScript reads on from its heads, and so misses nothing by the coalescing.
  bool line_pending_ = false;
  bool rates_pending_ = false;
  bool serving_pending_ = false;
  bool ended_pending_ = false;
  Event line_{};
  Event rates_{};
  Event serving_{};
  Event ended_{};
  EventQueue queue_;
};

class Listeners {
 public:
  void add(Listener* listener);
  void remove(Listener* listener);

  // The listener's own thread: `change()` runs under the lock, so it must be short and must not allocate.
  template <typename Change>
  auto under_lock(Change change) {
    const std::lock_guard lock(mutex_);
    return change();
  }

  // Sampler thread.
  bool undecided(const Sample& sample, std::span<const Ceiling> ceilings);
  void after(const Tick& tick);

  // Sampler thread: something that this listener tracks has ended. It may be there no more.
  void ended(const void* listener, double at_seconds);

  // The pressure watch's thread: what the kernel told.
  void pressure(const PressureTrigger& trigger, double at_seconds);
  void memory(MemoryEvent event, double count, size_t levels_up, double at_seconds);

  // For the fork handlers only.
  std::mutex& mutex() { return mutex_; }
  void abandon() { listeners_.clear(); }  // in a forked child: its loops are not the parent's

 private:
  std::mutex mutex_;
  std::vector<Listener*> listeners_;
  PressureHistory history_;
};

}  // namespace plimsoll
