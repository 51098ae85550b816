// See tracking.h.
#include "tracking.h"

#include "readers/clock.h"

#include <algorithm>

namespace plimsoll {
namespace {

constexpr double kCensusSeconds = 0.25;  // no oftener, however often rates are read: most that were born meanwhile are gone again

bool same(const TrackedRows::Claim& a, const TrackedRows::Claim& b) { return a.row == b.row && a.generation == b.generation; }

}  // namespace

Result<TrackedRows::Claim> Tracking::add_process(uint32_t pid, const Listener* listener) {
  auto process = Process::open(pid);
  if (!process) return process.reason;
  const std::lock_guard lock(mutex_);
  TrackedRows::Claim claim;
  if (!rows_.claim(claim)) return Reason::internal;
  auto tree = std::make_unique<TrackedTree>(claim, pid, std::move(process.value), listener);
  tree->begin(rows_, monotonic_seconds());
  belongings_.push_back({claim, listener});
  arriving_.push_back(std::move(tree));
  mail_.store(true, std::memory_order_release);
  return claim;
}

Result<TrackedRows::Claim> Tracking::add_thread(double thread_id, const Listener* listener) {
  const std::lock_guard lock(mutex_);
  TrackedRows::Claim claim;
  if (!rows_.claim(claim)) return Reason::internal;
  rows_.set(claim.row, RowWord::state, static_cast<uint32_t>(RowState::waiting));
  belongings_.push_back({claim, listener});
  arriving_threads_.push_back({.claim = claim, .thread_id = thread_id, .listener = listener});
  mail_.store(true, std::memory_order_release);
  return claim;
}

void Tracking::remove(const TrackedRows::Claim& claim) {
  const std::lock_guard lock(mutex_);
  if (std::erase_if(belongings_, [&](const Belonging& one) { return same(one.claim, claim); }) == 0) return;
  leaving_.push_back(claim);
  mail_.store(true, std::memory_order_release);
}

void Tracking::remove_all(const Listener* listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(belongings_, [&](const Belonging& one) {
    if (one.listener != listener) return false;
    leaving_.push_back(one.claim);
    mail_.store(true, std::memory_order_release);
    return true;
  });
}

std::span<std::byte> Tracking::chunk(uint32_t index) {
  const std::lock_guard lock(mutex_);
  return rows_.chunk(index);
}

uint32_t Tracking::rows() {
  const std::lock_guard lock(mutex_);
  return rows_.claimed();
}

// Who arrives and who leaves, in this order: one may have done both. Descriptors are closed outside the lock.
bool Tracking::take_mail() {
  if (!mail_.load(std::memory_order_acquire)) return !state_->trees.empty() || !state_->threads.empty();
  std::vector<std::unique_ptr<TrackedTree>> arrived;
  std::vector<TrackedThread> arrived_threads;
  std::vector<TrackedRows::Claim> left;
  {
    const std::lock_guard lock(mutex_);
    std::swap(arrived, arriving_);
    std::swap(arrived_threads, arriving_threads_);
    std::swap(left, leaving_);
    mail_.store(false, std::memory_order_relaxed);
  }
  for (auto& tree : arrived) state_->trees.push_back(std::move(tree));
  for (auto& thread : arrived_threads) state_->threads.push_back(thread);
  state_->places_changed = state_->nesting_changed = true;
  if (!left.empty()) {
    const auto row = [](const TrackedRows::Claim& a, const TrackedRows::Claim& b) { return a.row < b.row; };
    std::sort(left.begin(), left.end(), row);
    const auto leaves = [&](const TrackedRows::Claim& claim) { return std::binary_search(left.begin(), left.end(), claim, row); };
    std::erase_if(state_->trees, [&](const auto& tree) { return leaves(tree->claim()); });
    std::erase_if(state_->threads, [&](const TrackedThread& thread) { return leaves(thread.claim); });
    const std::lock_guard lock(mutex_);
    for (const auto& claim : left) rows_.give_back(claim.row);
  }
  return !state_->trees.empty() || !state_->threads.empty();
}

void Tracking::measure(double now, EventLoops& loops, Listeners& listeners) {
  const double before = thread_cpu_seconds();
  measure_all(now, loops, listeners);
  cpu_seconds_.store(cpu_seconds() + thread_cpu_seconds() - before, std::memory_order_relaxed);
  readings_.store(readings() + 1, std::memory_order_relaxed);
}

void Tracking::measure_all(double now, EventLoops& loops, Listeners& listeners) {
  State& state = *state_;
  const uint32_t pace = std::max(1u, pace_.load(std::memory_order_relaxed));
  ++state.reading;
  state.born.clear();
  bool births = false;
  if (!state.trees.empty()) {
    if (state.census == nullptr) state.census = Census::open();
    if (now - state.census_at >= kCensusSeconds) {
      births = state.census->newcomers(state.born);
      state.census_at = now;
    }
    find_descendants(births);
  }
  for (auto& tree : state.trees) {
    if (tree->ended()) continue;
    // Not all of them in the same reading.
    const bool detailed = (tree->claim().row + state.reading) % pace == 0;
    if (tree->measure(rows_, now, births, detailed)) state.places_changed = state.nesting_changed = true;
    if (tree->ended()) listeners.ended(tree->listener(), now);
  }
  for (TrackedThread& thread : state.threads) {
    const bool was_over = thread.ended;
    measure(thread, now, loops, (thread.claim.row + state.reading) % pace == 0);
    if (thread.ended && !was_over) listeners.ended(thread.listener, now);
  }
  if (state.nesting_changed) mark_nested();
}

void Tracking::find_descendants(bool births) {
  State& state = *state_;
  const bool unexplored = std::any_of(state.trees.begin(), state.trees.end(), [](const auto& tree) { return !tree->explored(); });
  if (births && !state.born.empty()) adopt_all(false);
  if (!unexplored) return;
  state.born.clear();
  state.census->everyone(state.born);
  adopt_all(true);
  for (auto& tree : state.trees) tree->set_explored();
}

// A child may stand before its parent in the list, where numbers have begun anew: so until nothing changes.
void Tracking::adopt_all(bool unexplored) {
  State& state = *state_;
  for (bool found = true; found;) {
    found = false;
    if (state.places_changed) index_places();
    for (const Kinship& kinship : state.born) {
      const auto [first, last] = std::equal_range(state.places.begin(), state.places.end(), Place{kinship.parent, nullptr});
      for (auto place = first; place != last; ++place) {
        if (place->tree->explored() == unexplored) continue;
        found = place->tree->adopt(kinship) || found;
      }
    }
    if (found) state.places_changed = state.nesting_changed = true;
  }
}

void Tracking::index_places() {
  State& state = *state_;
  state.places.clear();
  for (auto& tree : state.trees) {
    if (tree->ended()) continue;
    for (size_t i = 0; i < tree->size(); ++i) state.places.push_back({tree->pid_of(i), tree.get()});
  }
  std::sort(state.places.begin(), state.places.end());
  state.places_changed = false;
}

// A process that is tracked may be in the tree of another one that is: who adds trees up must not count it twice. Where two are
// of the same process, the one with the higher row is within the other.
void Tracking::mark_nested() {
  State& state = *state_;
  if (state.places_changed) index_places();
  state.nesting_changed = false;
  for (auto& tree : state.trees) {
    uint32_t within = kNoRow;
    const auto [first, last] = std::equal_range(state.places.begin(), state.places.end(), Place{tree->pid(), nullptr});
    for (auto place = first; place != last; ++place) {
      const bool other = place->tree != tree.get() && (place->tree->pid() != tree->pid() || place->tree->claim().row < tree->claim().row);
      if (other) within = std::min(within, place->tree->claim().row);
    }
    rows_.set(tree->claim().row, RowWord::within, within);
  }
}

// Memory and descriptors are the whole process's.
void Tracking::measure(TrackedThread& thread, double now, EventLoops& loops, bool detailed) {
  if (thread.ended) return;
  const auto readings = loops.read_thread(thread.thread_id, detailed || !thread.seen);
  if (!readings.watched) {
    if (!thread.seen) return;
    thread.ended = true;
    rows_.end(thread.claim.row, now, 0);
    return;
  }
  if (!thread.seen) rows_.set(thread.claim.row, RowWord::state, static_cast<uint32_t>(RowState::live));
  rows_.publish(thread.claim.row, now, UseReading{readings.cpu_seconds, Reason::unsupported, Reason::unsupported});
  if (detailed || !thread.seen) {
    DetailReading detail = {Reason::unsupported, Reason::unsupported, Reason::unsupported, Reason::unsupported,
                            readings.wait_seconds, Reason::unsupported, Reason::unsupported};
    rows_.publish(thread.claim.row, now, detail);
  }
  thread.seen = true;
}

// The parent's descriptors stay open in the child until it executes another program: closing them is not safe, as the thread may
// have been in the middle of replacing one.
void Tracking::after_fork_in_child() {
  static_cast<void>(state_.release());
  state_ = std::make_unique<State>();
  for (auto& tree : arriving_) static_cast<void>(tree.release());
  arriving_.clear();
  arriving_threads_.clear();
  leaving_.clear();
  belongings_.clear();
  rows_.abandon();
  mutex_.unlock();
}

}  // namespace plimsoll
