// See sampler.h.
#include "sampler.h"

#include "readers/clock.h"
#include "readers/fork.h"
#include "sampling.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace plimsoll {
namespace {

constexpr double kExitWaitSeconds = 0.1;  // how long exit() waits for a tick that is under way

// Who asks for no path gets the working directory's file system.
std::string path_or_here(const std::string& path) { return path.empty() ? "." : path; }

std::span<std::byte> allocate_ring() {
  void* memory = std::calloc(1, Ring::byte_length());  // calloc aligns for any type
  if (memory == nullptr) std::abort();                 // 0.2 MB, once per process
  return {static_cast<std::byte*>(memory), Ring::byte_length()};
}

}  // namespace

Sampler& Sampler::instance() {
  static Sampler* const sampler = new Sampler;  // never destroyed: exit() may run while the thread does
  return *sampler;
}

Sampler::Sampler() : memory_(allocate_ring()), ring_(memory_.data()) {
  on_fork([] { instance().before_fork(); }, [] { instance().after_fork_in_parent(); }, [] { instance().after_fork_in_child(); });
  std::atexit([] { instance().stop_at_exit(); });
}

Sampler::Opened Sampler::open(const Intervals& intervals, const std::string& watched) {
  const std::lock_guard lock(lifecycle_mutex_);
  const std::string in_force = wanted().watched_path;
  if (!watched.empty() && !in_force.empty() && watched != in_force) return {0, Refusal::other_path, in_force};
  openers_.push_back({++last_id_, {intervals, watched}});
  apply_settings();
  if (!running_ && !start()) {
    openers_.pop_back();
    return {0, Refusal::no_thread, {}};
  }
  return {last_id_, Refusal::none, {}};
}

void Sampler::change(uint32_t id, const Intervals& intervals) {
  const std::lock_guard lock(lifecycle_mutex_);
  for (Opener& opener : openers_) {
    if (opener.id == id) opener.settings.intervals = intervals;
  }
  apply_settings();
}

void Sampler::close(uint32_t id) {
  const std::lock_guard lock(lifecycle_mutex_);
  const size_t closed = std::erase_if(openers_, [id](const Opener& opener) { return opener.id == id; });
  if (closed == 0) return;
  if (openers_.empty()) {
    stop();
  } else {
    apply_settings();
  }
  if (!running_) tracking_.settle();
}

bool Sampler::start() {
  ring_.restart(process_id());
  stopping_ = false;
  finished_.wait_until(0);  // quiets what an earlier run has rung
  running_ = thread_.start("plimsoll", [](void* self) { static_cast<Sampler*>(self)->run(); }, this);
  return running_;
}

void Sampler::stop() {
  if (!running_) return;
  stopping_ = true;
  bell_.ring();
  thread_.join();
  running_ = false;
}

void Sampler::stop_at_exit() {
  pushed_pressure_.stop_at_exit();
  const std::unique_lock lock(lifecycle_mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !running_) return;
  stopping_ = true;
  bell_.ring();
  if (!finished_.wait_until(monotonic_seconds() + kExitWaitSeconds)) return;  // it hangs in a read: the exit ends it
  thread_.join();
  running_ = false;
}

void Sampler::run() {
  {
    uint32_t changes = settings_changes_.load(std::memory_order_acquire);
    Settings current = settings();
    Sampling sampling(ring_, {.root = {}, .watched_path = path_or_here(current.watched_path), .accessed = nullptr}, &loops_, &listeners_, &tracking_);
    Schedule schedule(current.intervals, monotonic_seconds());
    sampling.read({true, true, true});
    while (!stopping_) {
      bell_.wait_until(schedule.next());
      if (stopping_) break;
      const double now = monotonic_seconds();
      if (const uint32_t now_changes = settings_changes_.load(std::memory_order_acquire); now_changes != changes) {
        changes = now_changes;
        Settings changed = settings();
        if (changed.intervals != current.intervals) schedule.retime(changed.intervals, now);
        if (changed.watched_path != current.watched_path) sampling.watch(path_or_here(changed.watched_path));
        current = std::move(changed);
      }
      sampling.read(schedule.due(now));
    }
  }
  finished_.ring();
}

void Sampler::apply_settings() {
  Settings now = wanted();
  for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) ring_.set_interval(static_cast<Rhythm>(rhythm), now.intervals.ms[rhythm]);
  tracking_.set_pace(now.intervals.ms[index_of(Rhythm::slow)] / std::max(1u, now.intervals.ms[index_of(Rhythm::rate)]));
  {
    const std::lock_guard lock(settings_mutex_);
    if (settings_ == now) return;
    settings_ = std::move(now);
    settings_changes_.fetch_add(1, std::memory_order_release);
  }
  if (running_) bell_.ring();
}

Sampler::Settings Sampler::settings() const {
  const std::lock_guard lock(settings_mutex_);
  return settings_;
}

Sampler::Settings Sampler::wanted() const {
  Settings wanted;
  for (const Opener& opener : openers_) {
    if (&opener == &openers_.front()) wanted.intervals = opener.settings.intervals;
    for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) {
      wanted.intervals.ms[rhythm] = std::min(wanted.intervals.ms[rhythm], opener.settings.intervals.ms[rhythm]);
    }
    if (wanted.watched_path.empty()) wanted.watched_path = opener.settings.watched_path;
  }
  return wanted;
}

// A forked child has a copy of the memory but no sampler thread. Its locks are taken before the fork, so that none is
// left locked by a thread that the child does not have; then the sampler counts as stopped and can be started anew with
// files of its own. The descriptors of the parent's readers stay open in the child until it executes another program
// (they are close-on-exec): closing them is not safe, as they may have been in the middle of being replaced.
void Sampler::before_fork() {
  lifecycle_mutex_.lock();
  pushed_pressure_.before_fork();
  settings_mutex_.lock();
  tracking_.before_fork();
  loops_.mutex().lock();
  listeners_.mutex().lock();
}

void Sampler::after_fork_in_parent() {
  unlock_after_fork();
  tracking_.after_fork_in_parent();
  pushed_pressure_.after_fork_in_parent();
  lifecycle_mutex_.unlock();
}

void Sampler::after_fork_in_child() {
  bell_.reset_after_fork();
  finished_.reset_after_fork();
  thread_.abandon();
  running_ = false;
  openers_.clear();
  listeners_.abandon();
  unlock_after_fork();
  tracking_.after_fork_in_child();
  pushed_pressure_.after_fork_in_child();
  lifecycle_mutex_.unlock();
}

void Sampler::unlock_after_fork() {
  listeners_.mutex().unlock();
  loops_.mutex().unlock();
  settings_mutex_.unlock();
}

}  // namespace plimsoll
