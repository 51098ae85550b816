// See one_shot.h.
#include "one_shot.h"

#include "readers/clock.h"
#include "readers/thread.h"
#include "sampling.h"

#include <algorithm>

namespace plimsoll {
namespace {

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

using Read = void (Reader::*)(Sample&);
constexpr Read kReads[kRhythmCount] = {&Reader::read_gauges, &Reader::read_rates, &Reader::read_slow};

}  // namespace

void read_once(std::span<std::byte> memory, const SourceOptions& options, double gap_seconds) {
  Ring ring(memory.data());
  ring.restart(process_id());
  Sampling sampling(ring, options, nullptr);
  sampling.read({true, true, true});
  const Bell quiet;
  quiet.wait_until(monotonic_seconds() + gap_seconds);
  sampling.read({true, true, true});
}

DetailsReading read_details(const SourceOptions& options) {
  DetailsReading reading;
  const auto platform = Platform::open(options);
  Sample sample;
  platform->before_slow();
  for (const auto& reader : platform->readers()) reader->read_slow(sample);
  reading.read_at_seconds = monotonic_seconds();
  for (const auto& reader : platform->readers()) reader->list(reading.details);
  return reading;
}

std::vector<ReaderCost> measure_readers(const SourceOptions& options, uint32_t rounds) {
  const auto platform = Platform::open(options);
  Sample sample;
  std::vector<ReaderCost> costs;
  platform->before_slow();
  for (const auto& reader : platform->readers()) costs.push_back({reader->noun(), {}});
  std::vector<std::vector<double>> times(costs.size() * kRhythmCount);
  for (uint32_t round = 0; round < rounds; ++round) {
    for (size_t reader = 0; reader < costs.size(); ++reader) {
      for (const size_t rhythm : {size_t{2}, size_t{1}, size_t{0}}) {
        const double before = monotonic_seconds();
        (platform->readers()[reader].get()->*kReads[rhythm])(sample);
        times[reader * kRhythmCount + rhythm].push_back((monotonic_seconds() - before) * 1e9);
      }
    }
  }
  for (size_t i = 0; i < times.size(); ++i) costs[i / kRhythmCount].ns[i % kRhythmCount] = median(times[i]);
  return costs;
}

Sources find_sources(const SourceOptions& options) {
  const auto platform = Platform::open(options);
  Sample sample;
  platform->before_slow();
  for (const auto& reader : platform->readers()) reader->read_slow(sample);
  for (const auto& reader : platform->readers()) reader->read_rates(sample);  // may find that a source is refused
  return describe_sources(*platform);
}

}  // namespace plimsoll
