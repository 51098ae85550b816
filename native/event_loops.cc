// See event_loops.h.
#include "event_loops.h"

#include "readers/clock.h"

#include <algorithm>

namespace plimsoll {

LoopWatch::LoopWatch(double thread_id, bool main, void* loop, IdleNanoseconds idle, uint64_t now_ns)
    : thread_id_(thread_id), main_(main), loop_(loop), idle_ns_(idle), stamped_at_ns_(now_ns), idle_at_stamp_ns_(idle(loop)) {}

void LoopWatch::stamp(uint64_t now_ns) {
  const uint64_t idle_ns = idle_ns_(loop_);
  const uint64_t passed_ns = now_ns - stamped_at_ns_.load(std::memory_order_relaxed);
  const uint64_t idled_ns = idle_ns - idle_at_stamp_ns_.load(std::memory_order_relaxed);
  const uint64_t busy_ns = passed_ns > idled_ns ? passed_ns - idled_ns : 0;
  if (busy_ns > longest_busy_ns_.load(std::memory_order_relaxed)) longest_busy_ns_.store(busy_ns, std::memory_order_relaxed);
  stamped_at_ns_.store(now_ns, std::memory_order_relaxed);
  idle_at_stamp_ns_.store(idle_ns, std::memory_order_release);
}

LoopRow LoopWatch::collect(uint64_t now_ns) {
  const uint64_t idle_at_stamp_ns = idle_at_stamp_ns_.load(std::memory_order_acquire);
  const uint64_t stamped_at_ns = stamped_at_ns_.load(std::memory_order_relaxed);
  const uint64_t idle_ns = idle_ns_(loop_);
  const uint64_t passed_ns = now_ns > stamped_at_ns ? now_ns - stamped_at_ns : 0;
  const uint64_t idled_ns = idle_ns > idle_at_stamp_ns ? idle_ns - idle_at_stamp_ns : 0;
  const uint64_t running_ns = passed_ns > idled_ns ? passed_ns - idled_ns : 0;
  // A loop that never counted idle time is another's than libuv's (Electron): it only seems to be busy.
  stretch_ = {stamped_at_ns, static_cast<double>(now_ns - running_ns) * 1e-9,
              idle_ns == 0 ? 0 : static_cast<double>(running_ns) * 1e-9};
  const uint64_t longest_ns = std::max(longest_busy_ns_.exchange(0, std::memory_order_relaxed), running_ns);
  return {thread_id_, static_cast<double>(idle_ns) * 1e-9, static_cast<double>(longest_ns) * 1e-9};
}

void EventLoops::add(LoopWatch* watch) {
  const std::lock_guard lock(mutex_);
  watches_.push_back(watch);
}

void EventLoops::remove(LoopWatch* watch) {
  const std::lock_guard lock(mutex_);
  std::erase(watches_, watch);
}

std::span<const LoopRow> EventLoops::collect(Sample& sample) {
  const std::lock_guard lock(mutex_);
  const auto now_ns = static_cast<uint64_t>(monotonic_seconds() * 1e9);
  sample.fail(Field::loop_idle_seconds_total, Reason::unsupported);
  sample.fail(Field::loop_longest_busy_seconds, Reason::unsupported);
  size_t count = 0;
  for (LoopWatch* watch : watches_) {
    if (!watch->main() && count == rows_.size()) continue;
    const LoopRow row = watch->collect(now_ns);
    if (!watch->main()) {
      rows_[count++] = row;
      continue;
    }
    sample.set(Field::loop_idle_seconds_total, row.idle_seconds);
    sample.set(Field::loop_longest_busy_seconds, row.longest_busy_seconds);
  }
  return {rows_.data(), count};
}

ThreadReading EventLoops::read_thread(double thread_id, bool waits) {
  const std::lock_guard lock(mutex_);
  for (const LoopWatch* watch : watches_) {
    if (watch->thread_id() != thread_id) continue;
    return {true, thread_cpu_seconds(watch->thread()), waits ? thread_wait_seconds(watch->thread()) : Result<double>(Reason::gone)};
  }
  return {};
}

}  // namespace plimsoll
