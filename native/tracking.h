// All processes and threads that are tracked: who is added and removed, and one reading after another.
//
// Threads: add and remove on any environment's thread, which wait for nothing but each other; all reading on the sampler's. What is
// to be handed over lies in a mailbox under a lock, which the sampler's thread holds for the swap of two vectors. Adding and
// removing allocate on the thread that asks; a reading allocates only where a descendant appears or goes.
#pragma once

#include "event_loops.h"
#include "listeners.h"
#include "tracked_rows.h"
#include "tracked_tree.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace plimsoll {

class Tracking {
 public:
  Tracking() : state_(std::make_unique<State>()) {}

  // `listener` is told when it ends. `internal`: there are no more rows.
  Result<TrackedRows::Claim> add_process(uint32_t pid, const Listener* listener);
  // A thread of this process by the number its environment has; may come to be watched later.
  Result<TrackedRows::Claim> add_thread(double thread_id, const Listener* listener);
  void remove(const TrackedRows::Claim& claim);
  void remove_all(const Listener* listener);

  std::span<std::byte> chunk(uint32_t index);
  uint32_t rows();  // that are in use

  // So many readings of the rates make one of the details.
  void set_pace(uint32_t readings) { pace_.store(readings, std::memory_order_relaxed); }

  // Sampler's thread. True in front of measure() if anybody is tracked.
  bool take_mail();
  void measure(double now, EventLoops& loops, Listeners& listeners);

  // What measure() has cost its thread so far. Any thread.
  double cpu_seconds() const { return cpu_seconds_.load(std::memory_order_relaxed); }
  uint32_t readings() const { return readings_.load(std::memory_order_relaxed); }

  // When the sampler's thread is joined, or was not running: what was removed is given back.
  void settle() { take_mail(); }

  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  struct TrackedThread {
    TrackedRows::Claim claim;
    double thread_id = 0;
    const void* listener = nullptr;
    bool seen = false;
    bool ended = false;
  };
  struct Place {
    uint32_t pid;
    TrackedTree* tree;
    bool operator<(const Place& other) const { return pid < other.pid; }
  };
  // The sampler's thread's alone.
  struct State {
    std::vector<std::unique_ptr<TrackedTree>> trees;
    std::vector<TrackedThread> threads;
    std::unique_ptr<Census> census;
    std::vector<Kinship> born;
    std::vector<Place> places;  // sorted: in which trees a process is
    bool places_changed = true;
    bool nesting_changed = true;
    uint32_t reading = 0;
    double census_at = 0;  // monotonic
  };

  void measure_all(double now, EventLoops& loops, Listeners& listeners);
  void find_descendants(bool births);
  void adopt_all(bool unexplored);
  void index_places();
  void mark_nested();
  void measure(TrackedThread& thread, double now, EventLoops& loops, bool detailed);

  std::mutex mutex_;
  TrackedRows rows_;
  struct Belonging {
    TrackedRows::Claim claim;
    const void* listener;
  };
  std::vector<Belonging> belongings_;  // who claimed what
  std::vector<std::unique_ptr<TrackedTree>> arriving_;
  std::vector<TrackedThread> arriving_threads_;
  std::vector<TrackedRows::Claim> leaving_;
  std::atomic<bool> mail_{false};
  std::atomic<uint32_t> pace_{5};
  std::atomic<double> cpu_seconds_{0};
  std::atomic<uint32_t> readings_{0};

  std::unique_ptr<State> state_;
};

}  // namespace plimsoll
