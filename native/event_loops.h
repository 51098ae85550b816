// The event loops that are watched from outside: the main thread's and the workers'. Knows no libuv: addon.cc says how
// the idle time of a loop is asked for.
//
// Threads: each loop's own thread adds, stamps and removes its watch; the sampler's thread collects. A removed loop is
// not asked again: remove() waits for a collect() that is under way.
#pragma once

#include "readers/processes.h"
#include "ring.h"

#include <array>
#include <atomic>
#include <mutex>
#include <vector>

namespace plimsoll {

// How long a loop has been busy without a pause, as of a tick.
struct BusyStretch {
  uint64_t id = 0;  // another one for another stretch
  double since_seconds = 0;  // monotonic
  double seconds = 0;
};

// One loop. Between two stamps the loop was busy for the time that passed less the time that it idled: exact to the
// iteration, without a timer.
class LoopWatch {
 public:
  using IdleNanoseconds = uint64_t (*)(void* loop);  // must be callable from any thread

  LoopWatch(double thread_id, bool main, void* loop, IdleNanoseconds idle, uint64_t now_ns);

  // Once per iteration, on the loop's thread, just before it waits for events.
  void stamp(uint64_t now_ns);

  // Sampler thread: the state since the last call, the running stretch included.
  LoopRow collect(uint64_t now_ns);

  bool main() const { return main_; }
  double thread_id() const { return thread_id_; }
  uint64_t thread() const { return thread_; }  // as the system numbers it

  // Sampler thread: the running stretch, as of the last collect().
  const BusyStretch& stretch() const { return stretch_; }

 private:
  double thread_id_;
  uint64_t thread_ = this_thread();
  bool main_;
  void* loop_;
  IdleNanoseconds idle_ns_;
  BusyStretch stretch_;
  std::atomic<uint64_t> longest_busy_ns_{0};
  // Stored in this order and loaded in the other: a reader that sees the new idle time sees the new stamp too, and so
  // never takes time spent idle for busy.
  std::atomic<uint64_t> stamped_at_ns_;
  std::atomic<uint64_t> idle_at_stamp_ns_;
};

// What the thread of a loop has used, where the loop is watched.
struct ThreadReading {
  bool watched = false;
  Result<double> cpu_seconds = Reason::gone;
  Result<double> wait_seconds = Reason::gone;
};

class EventLoops {
 public:
  void add(LoopWatch* watch);
  void remove(LoopWatch* watch);

  // Fills the loop.* fields of the main loop and returns the rows of the others, valid until the next call.
  std::span<const LoopRow> collect(Sample& sample);

  // Under the lock, so that the thread cannot end meanwhile.
  ThreadReading read_thread(double thread_id, bool waits);

  std::mutex& mutex() { return mutex_; }  // for the fork handlers only

 private:
  std::mutex mutex_;
  std::vector<LoopWatch*> watches_;
  std::array<LoopRow, kLoopRows> rows_;
};

}  // namespace plimsoll
