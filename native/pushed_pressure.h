// The thread that waits for the kernel to tell of pressure: started with the first listener that wants to know and has
// something to wait for, joined with the last.
//
// Threads: subscribe() and serving() from any environment's thread, one at a time; the thread itself only hands on.
#pragma once

#include "listeners.h"
#include "readers/pressure_watch.h"
#include "readers/thread.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace plimsoll {

class PushedPressure final : private PressureSink {
 public:
  explicit PushedPressure(Listeners& listeners) : listeners_(&listeners) {}

  // What the listener wants to be told from now on; a deaf ear ends it. Arms the kernel's triggers before it returns.
  void subscribe(Listener& listener, PressureEar ear);

  // By the listener's triggers, and of the memory events at the end.
  std::vector<Serving> serving(const Listener& listener);

  void stop_at_exit();
  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  void pressure(size_t trigger) override;
  void memory(MemoryEvent event, double count, size_t levels_up) override;
  void serving_changed() override;

  void run();
  bool start();
  void stop();
  void arm();
  void note_serving();
  const Serving* serving_of(const PressureTrigger& trigger) const;

  Listeners* listeners_;
  std::mutex mutex_;  // who subscribes; never held by the thread
  std::vector<Listener*> subscribers_;
  std::unique_ptr<PressureWatch> watch_;  // from the first subscriber on; the thread's while it runs
  Thread thread_;
  Bell finished_;
  bool running_ = false;
  std::atomic<bool> stopping_{false};
  std::vector<PressureTrigger> triggers_;  // what is armed; changed only while the thread does not run
  bool memory_events_ = false;
  // Under the lock of the listeners, for the thread changes them.
  std::vector<Serving> served_;
  Serving memory_served_;
};

}  // namespace plimsoll
