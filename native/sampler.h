// The sampler: one thread per process, shared by the main thread and all workers, running while anyone has it open.
//
// Threads: open, change and close may be called from any thread. The sampler's own thread alone reads and publishes.
// Lifetimes: the instance and its ring live as long as the process, so no view over the ring can outlive it.
#pragma once

#include "event_loops.h"
#include "pushed_pressure.h"
#include "readers/thread.h"
#include "ring.h"
#include "schedule.h"
#include "tracking.h"

#include <atomic>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace plimsoll {

class Sampler {
 public:
  static Sampler& instance();

  enum class Refusal { none, no_thread, other_path };
  struct Opened {
    uint32_t id = 0;
    Refusal refusal = Refusal::none;
    std::string watched_path;  // the one in force, when another was refused
  };

  // The shortest interval that anyone asked for wins. An empty path asks for none in particular.
  Opened open(const Intervals& intervals, const std::string& watched_path);
  void change(uint32_t id, const Intervals& intervals);
  void close(uint32_t id);  // the last one to close joins the thread

  EventLoops& loops() { return loops_; }
  Listeners& listeners() { return listeners_; }
  PushedPressure& pushed_pressure() { return pushed_pressure_; }
  Tracking& tracking() { return tracking_; }
  std::span<std::byte> memory() const { return memory_; }

 private:
  struct Settings {
    Intervals intervals;
    std::string watched_path;
    bool operator==(const Settings&) const = default;
  };
  struct Opener {
    uint32_t id;
    Settings settings;
  };

  Sampler();
  bool start();
  void stop();
  void stop_at_exit();
  void run();
  void apply_settings();
  Settings settings() const;
  Settings wanted() const;
  void before_fork();
  void after_fork_in_parent();
  void after_fork_in_child();
  void unlock_after_fork();

  std::span<std::byte> memory_;
  Ring ring_;
  EventLoops loops_;
  Listeners listeners_;
  PushedPressure pushed_pressure_{listeners_};
  Tracking tracking_;
  Thread thread_;
  Bell bell_;      // wakes the sampler's thread: stop, or other intervals
  Bell finished_;  // the sampler's thread has ended its work
  std::atomic<bool> running_{false};
  std::atomic<bool> stopping_{false};

  std::mutex lifecycle_mutex_;  // who opens, changes or closes; never held by the sampler's thread
  std::vector<Opener> openers_;
  uint32_t last_id_ = 0;

  mutable std::mutex settings_mutex_;  // what the openers together want, handed to the sampler's thread
  Settings settings_;
  std::atomic<uint32_t> settings_changes_{0};  // so that a tick looks at a number, not at a lock and a copied path
};

}  // namespace plimsoll
