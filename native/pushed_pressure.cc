// See pushed_pressure.h.
#include "pushed_pressure.h"

#include "readers/clock.h"

#include <algorithm>
#include <utility>

namespace plimsoll {
namespace {

constexpr double kExitWaitSeconds = 0.1;

}  // namespace

void PushedPressure::subscribe(Listener& listener, PressureEar ear) {
  const std::lock_guard lock(mutex_);
  const bool was_deaf = std::erase(subscribers_, &listener) == 0;
  const bool deaf = ear.deaf();
  listeners_->under_lock([&] { listener.swap_ear(ear); });
  if (deaf && was_deaf) return;
  if (!deaf) subscribers_.push_back(&listener);
  stop();
  if (subscribers_.empty()) {
    watch_.reset();
    return;
  }
  if (watch_ == nullptr) watch_ = PressureWatch::open();
  arm();
  note_serving();
  start();
}

std::vector<Serving> PushedPressure::serving(const Listener& listener) {
  return listeners_->under_lock([&] {
    std::vector<Serving> answer;
    const PressureEar& ear = listener.ear();
    for (size_t i = 0; i < ear.size(); ++i) {
      const Serving* found = serving_of(ear.trigger(i));
      answer.push_back(found == nullptr ? Serving{} : *found);
    }
    if (ear.memory_events()) answer.push_back(memory_served_);
    return answer;
  });
}

// All that anyone wants, each trigger once.
void PushedPressure::arm() {
  triggers_.clear();
  memory_events_ = false;
  for (const Listener* subscriber : subscribers_) {
    const PressureEar& ear = subscriber->ear();  // only changed under mutex_
    memory_events_ = memory_events_ || ear.memory_events();
    for (size_t i = 0; i < ear.size(); ++i) {
      if (std::find(triggers_.begin(), triggers_.end(), ear.trigger(i)) == triggers_.end()) triggers_.push_back(ear.trigger(i));
    }
  }
  watch_->arm(triggers_, memory_events_);
}

void PushedPressure::note_serving() {
  std::vector<Serving> served;
  for (size_t i = 0; i < triggers_.size(); ++i) served.push_back(watch_->serving(i));
  Serving memory_served = watch_->memory_serving();
  listeners_->under_lock([&] {
    std::swap(served_, served);
    std::swap(memory_served_, memory_served);
    listeners_->for_each([&](Listener& listener) {
      PressureEar& ear = listener.ear();
      for (size_t i = 0; i < ear.size(); ++i) {
        const Serving* found = serving_of(ear.trigger(i));
        if (found != nullptr) ear.set_serving(i, *found);
      }
      ear.set_memory_pushed(memory_served_.reason == Reason::known);
    });
  });
}

const Serving* PushedPressure::serving_of(const PressureTrigger& trigger) const {
  for (size_t i = 0; i < triggers_.size() && i < served_.size(); ++i) {
    if (triggers_[i] == trigger) return &served_[i];
  }
  return nullptr;
}

bool PushedPressure::start() {
  if (!watch_->waits()) return false;
  stopping_ = false;
  finished_.wait_until(0);
  running_ = thread_.start("plimsoll-push", [](void* self) { static_cast<PushedPressure*>(self)->run(); }, this);
  if (running_) return true;
  const Serving refused{.reason = Reason::internal, .stall_ms = 0, .window_ms = 0, .from = "the system refused a thread"};
  listeners_->under_lock([&] {
    std::fill(served_.begin(), served_.end(), refused);
    memory_served_ = refused;
    listeners_->for_each([&](Listener& listener) {
      for (size_t i = 0; i < listener.ear().size(); ++i) listener.ear().set_serving(i, refused);
      listener.ear().set_memory_pushed(false);
    });
  });
  return false;
}

void PushedPressure::stop() {
  if (!running_) return;
  stopping_ = true;
  watch_->wake();
  thread_.join();
  running_ = false;
}

void PushedPressure::stop_at_exit() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !running_) return;
  stopping_ = true;
  watch_->wake();
  if (!finished_.wait_until(monotonic_seconds() + kExitWaitSeconds)) return;
  thread_.join();
  running_ = false;
}

void PushedPressure::run() {
  while (!stopping_) watch_->wait(*this);
  finished_.ring();
}

void PushedPressure::pressure(size_t trigger) { listeners_->pressure(triggers_[trigger], monotonic_seconds()); }

void PushedPressure::memory(MemoryEvent event, double count, size_t levels_up) {
  listeners_->memory(event, count, levels_up, monotonic_seconds());
}

void PushedPressure::serving_changed() { note_serving(); }

// As the sampler's: the descriptors stay open until the child executes another program.
void PushedPressure::after_fork_in_child() {
  static_cast<void>(watch_.release());
  subscribers_.clear();
  finished_.reset_after_fork();
  thread_.abandon();
  running_ = false;
  mutex_.unlock();
}

}  // namespace plimsoll
