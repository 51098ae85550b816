// See pushed_pressure.h.
#include "pushed_pressure.h"

#include "readers/clock.h"

#include <algorithm>
#include <utility>

namespace plimsoll {
namespace {

constexpr double kExitWaitSeconds = 0.1;

Serving not_tried() { return {.reason = Reason::warming_up, .stall_ms = 0, .window_ms = 0, .from = {}}; }

}  // namespace

void PushedPressure::subscribe(Listener& listener, PressureEar ear) {
  const std::lock_guard lock(mutex_);
  const bool was_deaf = std::erase(subscribers_, &listener) == 0;
  const bool deaf = ear.deaf();
  if (deaf && was_deaf) return;
  listeners_->under_lock([&] { listener.swap_ear(ear); });
  if (!deaf) subscribers_.push_back(&listener);
  wish_ = wish_of_all();
  if (running_) {
    watch_->wake();
  } else if (!wish_.empty()) {
    start();
  }
  tell_ears(false);
}

std::vector<Serving> PushedPressure::serving(const Listener& listener) {
  const std::lock_guard lock(mutex_);
  const PressureEar& ear = listener.ear();  // its triggers change only under mutex_
  std::vector<Serving> answer;
  for (size_t i = 0; i < ear.size(); ++i) {
    const Serving* found = serving_of(ear.trigger(i));
    answer.push_back(found == nullptr ? not_tried() : *found);
  }
  if (ear.memory_events()) answer.push_back(served_wish_.memory_events ? memory_served_ : not_tried());
  return answer;
}

PushedPressure::Wish PushedPressure::wish_of_all() const {
  Wish wish;
  for (const Listener* subscriber : subscribers_) {
    const PressureEar& ear = subscriber->ear();
    wish.memory_events = wish.memory_events || ear.memory_events();
    for (size_t i = 0; i < ear.size(); ++i) {
      if (std::find(wish.triggers.begin(), wish.triggers.end(), ear.trigger(i)) == wish.triggers.end()) wish.triggers.push_back(ear.trigger(i));
    }
  }
  return wish;
}

void PushedPressure::start() {
  watch_ = PressureWatch::open();
  running_ = thread_.start("plimsoll-push", [](void* self) { static_cast<PushedPressure*>(self)->run(); }, this);
  if (!running_) return refuse();
  thread_.detach();
}

void PushedPressure::refuse() {
  watch_.reset();
  const Serving refused{.reason = Reason::internal, .stall_ms = 0, .window_ms = 0, .from = "the system refused a thread"};
  served_wish_ = wish_;
  served_.assign(wish_.triggers.size(), refused);
  memory_served_ = refused;
}

const Serving* PushedPressure::serving_of(const PressureTrigger& trigger) const {
  const auto& triggers = served_wish_.triggers;
  const auto found = std::find(triggers.begin(), triggers.end(), trigger);
  return found == triggers.end() ? nullptr : &served_[static_cast<size_t>(found - triggers.begin())];
}

// Which triggers need no polling. `all`: and that this has changed.
void PushedPressure::tell_ears(bool all) {
  const double now = monotonic_seconds();
  listeners_->under_lock([&] {
    for (Listener* listener : subscribers_) {
      PressureEar& ear = listener->ear();
      for (size_t i = 0; i < ear.size(); ++i) {
        if (const Serving* found = serving_of(ear.trigger(i))) ear.set_serving(i, *found);
      }
      ear.set_memory_pushed(served_wish_.memory_events && memory_served_.reason == Reason::known);
      if (all) listener->serving_changed(now);
    }
  });
}

void PushedPressure::run() {
  while (heed_wish()) watch_->wait(*this);
}

// What is no longer wanted is closed here, at leisure and outside the lock; meanwhile somebody may want something again.
bool PushedPressure::heed_wish() {
  for (;;) {
    if (exiting_) {
      finished_.ring();
      return false;
    }
    {
      const std::lock_guard lock(mutex_);
      if (wish_ == armed_ && !wish_.empty()) return true;
      if (wish_ == armed_) {
        watch_.reset();
        served_wish_ = {};
        running_ = false;
        return false;
      }
      armed_ = wish_;
    }
    watch_->arm(armed_.triggers, armed_.memory_events);
    serving_changed();
  }
}

void PushedPressure::pressure(size_t trigger) { listeners_->pressure(armed_.triggers[trigger], monotonic_seconds()); }

void PushedPressure::memory(MemoryEvent event, double count, size_t levels_up) {
  listeners_->memory(event, count, levels_up, monotonic_seconds());
}

void PushedPressure::serving_changed() {
  const std::lock_guard lock(mutex_);
  served_wish_ = armed_;
  served_.clear();
  for (size_t i = 0; i < armed_.triggers.size(); ++i) served_.push_back(watch_->serving(i));
  memory_served_ = watch_->memory_serving();
  tell_ears(true);
}

// Nothing is closed: the end of the process does that.
void PushedPressure::stop_at_exit() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !running_) return;
  exiting_ = true;
  watch_->wake();
  finished_.wait_until(monotonic_seconds() + kExitWaitSeconds);
}

// As the sampler's: the descriptors stay open until the child executes another program.
void PushedPressure::after_fork_in_child() {
  static_cast<void>(watch_.release());
  subscribers_.clear();
  wish_ = armed_ = served_wish_ = {};
  finished_.reset_after_fork();
  running_ = false;
  mutex_.unlock();
}

}  // namespace plimsoll
