// The thread that waits for the kernel to tell of pressure: there while anyone wants to know.
//
// Threads: subscribe() and serving() from any environment's thread; they wait for nothing. The thread itself opens what the
// kernel is to tell through, and closes it: closing a PSI trigger takes 8 to 16 ms (an RCU grace period), which no event loop
// shall be made to stand. So it is joined by nobody; there is never more than one.
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

  // What the listener wants to be told from now on; a deaf ear ends it.
  void subscribe(Listener& listener, PressureEar ear);

  // By the listener's triggers, and of the memory events at the end. `warming_up` until the thread has tried: when it has,
  // and whenever the answer changes later, the listener gets a `serving` event.
  std::vector<Serving> serving(const Listener& listener);

  void stop_at_exit();
  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  struct Wish {
    std::vector<PressureTrigger> triggers;  // all that anyone wants, each once
    bool memory_events = false;
    bool operator==(const Wish&) const = default;
    bool empty() const { return triggers.empty() && !memory_events; }
  };

  void pressure(size_t trigger) override;
  void memory(MemoryEvent event, double count, size_t levels_up) override;
  void serving_changed() override;

  Wish wish_of_all() const;
  void start();
  void refuse();
  const Serving* serving_of(const PressureTrigger& trigger) const;
  void tell_ears(bool all);

  void run();
  bool heed_wish();  // false: nobody wants anything any more

  Listeners* listeners_;
  std::mutex mutex_;  // for all below but what is the thread's alone; held for no system call that may wait
  std::vector<Listener*> subscribers_;
  Wish wish_;
  std::unique_ptr<PressureWatch> watch_;  // while the thread runs; its own, but for the waking
  Thread thread_;
  bool running_ = false;
  Wish served_wish_;  // which servings are of
  std::vector<Serving> served_;
  Serving memory_served_;

  Wish armed_;  // the thread's
  std::atomic<bool> exiting_{false};
  Bell finished_;
};

}  // namespace plimsoll
