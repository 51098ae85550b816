// See sampling.h.
#include "sampling.h"

#include "readers/clock.h"

namespace plimsoll {

Sampling::Sampling(Ring& ring, const SourceOptions& options, EventLoops* loops)
    : ring_(ring), loops_(loops), live_(options.root.empty()), platform_(Platform::open(options)) {}

void Sampling::read(const Due& due) {
  // Slow first, because gauges are derived from slow inputs; gauges last, because who sees a new gauge slot may then
  // rely on the other rhythms of the same tick.
  if (due[index_of(Rhythm::slow)]) {
    const double read_at = monotonic_seconds();
    platform_->before_slow();
    for (const auto& reader : readers()) reader->read_slow(sample_);
    ring_.publish(Rhythm::slow, read_at, sample_);
  }
  if (due[index_of(Rhythm::rate)]) {
    const double read_at = monotonic_seconds();
    for (const auto& reader : readers()) reader->read_rates(sample_);
    if (loops_ != nullptr) sample_.set(Field::sampler_cpu_seconds_total, thread_cpu_seconds());
    ring_.publish(Rhythm::rate, read_at, sample_);
  }
  if (due[index_of(Rhythm::gauge)]) {
    const double read_at = monotonic_seconds();
    for (const auto& reader : readers()) reader->read_gauges(sample_);
    if (live_) {
      sample_.set(Field::time_monotonic_seconds, read_at);
      sample_.set(Field::time_wall_seconds, wall_seconds());
    }
    ring_.publish(Rhythm::gauge, read_at, sample_, loops_ == nullptr ? std::span<const LoopRow>{} : loops_->collect(sample_));
  }
}

void Sampling::watch(const std::string& path) {
  for (const auto& reader : readers()) reader->watch(path);
}

Sources describe_sources(Platform& platform) {
  Sources sources;
  for (const auto& reader : platform.readers()) reader->describe(sources);
  sources.add(Field::time_monotonic_seconds, "monotonic clock");
  sources.add(Field::time_wall_seconds, "wall clock");
  sources.add(Field::sampler_cpu_seconds_total, "CPU clock of the sampler's thread");
  sources.add(Field::loop_idle_seconds_total, "uv_metrics_idle_time()");
  sources.add(Field::loop_longest_busy_seconds, "uv_metrics_idle_time(), stamped at every iteration");
  return sources;
}

}  // namespace plimsoll
