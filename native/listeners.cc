// See listeners.h.
#include "listeners.h"

namespace plimsoll {
namespace {

constexpr double kRatesSlackSeconds = 0.1;  // a tick comes early or late by less than this

}  // namespace

void Listener::wake_on_rates(double every_seconds) {
  if (rates_seconds_ > 0 && every_seconds > 0) next_rates_at_ += every_seconds - rates_seconds_;  // as if it had always been so
  rates_seconds_ = every_seconds;
}

// Not oftener than that on the average, however often rates are read, and not each second time because a tick came a moment early.
bool Listener::rates_due(const Tick& tick) {
  if (rates_seconds_ == 0 || !tick.read[index_of(Rhythm::rate)]) return false;
  const double late = tick.at_seconds - next_rates_at_;
  if (late < -kRatesSlackSeconds) return false;
  next_rates_at_ = late > kRatesSlackSeconds ? tick.at_seconds + rates_seconds_ : next_rates_at_ + rates_seconds_;
  return true;
}

void Listener::compare(const Tick& tick, const PressureHistory& history) {
  bool news = false;
  if (!lines_.empty() && lines_.compare(tick.read, tick.sample) && !line_pending_) {
    line_ = make_event(EventKind::line, tick.at_seconds, tick.heads);
    line_pending_ = news = true;
  }
  if (rates_due(tick) && !rates_pending_) {
    rates_ = make_event(EventKind::rates, tick.at_seconds, tick.heads);
    rates_pending_ = news = true;
  }
  if (watchdog_ != nullptr && tick.read[index_of(Rhythm::gauge)]) {
    news = watchdog_->check(loop_->stretch(), lines_, tick, queue_) || news;
  }
  if (!ear_.deaf() && tick.read[index_of(Rhythm::rate)]) news = ear_.poll(tick.at_seconds, tick.sample, history, queue_) || news;
  if (news) wake();
}

void Listener::pressure(const PressureTrigger& trigger, double at_seconds) {
  if (ear_.pushed(trigger, at_seconds, queue_)) wake();
}

void Listener::memory(MemoryEvent event, double count, size_t levels_up, double at_seconds) {
  if (ear_.pushed(event, count, levels_up, at_seconds, queue_)) wake();
}

void Listener::serving_changed(double at_seconds) {
  if (std::exchange(serving_pending_, true)) return;
  serving_ = make_event(EventKind::serving, at_seconds);
  wake();
}

void Listener::ended(double at_seconds) {
  if (std::exchange(ended_pending_, true)) return;
  ended_ = make_event(EventKind::ended, at_seconds);
  wake();
}

size_t Listener::take(std::span<Event> events) {
  size_t count = 0;
  if (line_pending_ && count < events.size()) {
    events[count++] = line_;
    line_pending_ = false;
    lines_.tell();
  }
  if (rates_pending_ && count < events.size()) {
    events[count++] = rates_;
    rates_pending_ = false;
  }
  if (serving_pending_ && count < events.size()) {
    events[count++] = serving_;
    serving_pending_ = false;
  }
  if (ended_pending_ && count < events.size()) {
    events[count++] = ended_;
    ended_pending_ = false;
  }
  if (watchdog_ != nullptr) watchdog_->taken();
  while (count < events.size() && queue_.pop(events[count])) ++count;
  if (count < events.size() && queue_.lost() > 0) {
    events[count] = make_event(EventKind::lost, 0);
    events[count++][2] = queue_.lost();
    queue_.forget_lost();
  }
  if (line_pending_ || rates_pending_ || serving_pending_ || ended_pending_ || !queue_.empty()) wake();
  return count;
}

void Listeners::add(Listener* listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(listener);
}

void Listeners::remove(Listener* listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, listener);
}

bool Listeners::undecided(const Sample& sample, std::span<const Ceiling> ceilings) {
  const std::lock_guard lock(mutex_);
  for (const Listener* listener : listeners_) {
    if (listener->undecided(sample, ceilings)) return true;
  }
  return false;
}

void Listeners::after(const Tick& tick) {
  const std::lock_guard lock(mutex_);
  if (tick.read[index_of(Rhythm::rate)]) history_.note(tick.at_seconds, tick.sample);
  for (Listener* listener : listeners_) listener->compare(tick, history_);
}

void Listeners::ended(const void* listener, double at_seconds) {
  const std::lock_guard lock(mutex_);
  for (Listener* one : listeners_) {
    if (one == listener) one->ended(at_seconds);
  }
}

void Listeners::pressure(const PressureTrigger& trigger, double at_seconds) {
  const std::lock_guard lock(mutex_);
  for (Listener* listener : listeners_) listener->pressure(trigger, at_seconds);
}

void Listeners::memory(MemoryEvent event, double count, size_t levels_up, double at_seconds) {
  const std::lock_guard lock(mutex_);
  for (Listener* listener : listeners_) listener->memory(event, count, levels_up, at_seconds);
}

}  // namespace plimsoll
