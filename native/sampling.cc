// See sampling.h.
#include "sampling.h"

#include "readers/clock.h"

#include <algorithm>

namespace plimsoll {

Sampling::Sampling(Ring& ring, const SourceOptions& options, EventLoops* loops, Listeners* listeners, Tracking* tracking)
    : ring_(ring), loops_(loops), listeners_(listeners), tracking_(tracking), live_(options.root.empty()), platform_(Platform::open(options)) {}

void Sampling::read(const Due& due) {
  // Slow first, because gauges are derived from slow inputs; gauges last, because who sees a new gauge slot may then
  // rely on the other rhythms of the same tick.
  double read_at = 0;
  const bool tracks = tracking_ != nullptr && tracking_->take_mail();
  if (due[index_of(Rhythm::slow)]) {
    read_at = monotonic_seconds();
    platform_->before_slow();
    for (const auto& reader : readers()) reader->read_slow(sample_);
    ring_.publish(Rhythm::slow, read_at, sample_);
  }
  if (due[index_of(Rhythm::rate)]) {
    read_at = monotonic_seconds();
    for (const auto& reader : readers()) reader->read_rates(sample_);
    if (loops_ != nullptr) sample_.set(Field::sampler_cpu_seconds_total, thread_cpu_seconds());
    ring_.publish(Rhythm::rate, read_at, sample_);
    if (tracks) tracking_->measure(read_at, *loops_, *listeners_);
  }
  if (due[index_of(Rhythm::gauge)]) {
    read_at = monotonic_seconds();
    read_gauges(due[index_of(Rhythm::slow)]);
    if (live_) {
      sample_.set(Field::time_monotonic_seconds, read_at);
      sample_.set(Field::time_wall_seconds, wall_seconds());
    }
    ring_.publish(Rhythm::gauge, read_at, sample_, loops_ == nullptr ? std::span<const LoopRow>{} : loops_->collect(sample_));
  }
  if (listeners_ == nullptr || read_at == 0) return;
  const Heads heads{ring_.head(Rhythm::gauge), ring_.head(Rhythm::rate), ring_.head(Rhythm::slow)};
  listeners_->after({due, heads, read_at, sample_});
}

// Nobody is woken for a line that only an old input puts it beyond, and none is missed because of one: while the ceiling of
// a derived gauge is beyond a line, the gauge's inputs are read at every tick.
void Sampling::read_gauges(bool inputs_are_fresh) {
  for (const auto& reader : readers()) reader->read_gauges(sample_);
  count_program_descriptors();
  if (listeners_ == nullptr || inputs_are_fresh) return;
  for (const auto& reader : readers()) {
    const auto ceilings = reader->ceilings();
    if (!ceilings.empty() && listeners_->undecided(sample_, ceilings)) reader->refresh_gauges(sample_);
  }
}

void Sampling::count_program_descriptors() {
  const Reason reason = sample_.reason(Field::process_open_fds_count);
  if (reason != Reason::known) return sample_.fail(Field::process_program_fds_count, reason);
  const double kept = live_ ? static_cast<double>(Process::kept_descriptors()) : 0;
  sample_.set(Field::process_program_fds_count, std::max(0.0, sample_.value(Field::process_open_fds_count) - kept));
}

void Sampling::watch(const std::string& path) {
  for (const auto& reader : readers()) reader->watch(path);
}

Sources describe_sources(Platform& platform) {
  Sources sources;
  for (const auto& reader : platform.readers()) reader->describe(sources);
  sources.add(Field::process_program_fds_count, "process.open_fds_count, less what tracking keeps");
  sources.add(Field::time_monotonic_seconds, "monotonic clock");
  sources.add(Field::time_wall_seconds, "wall clock");
  sources.add(Field::sampler_cpu_seconds_total, "CPU clock of the sampler's thread");
  sources.add(Field::loop_idle_seconds_total, "uv_metrics_idle_time()");
  sources.add(Field::loop_longest_busy_seconds, "uv_metrics_idle_time(), stamped at every iteration");
  return sources;
}

}  // namespace plimsoll
