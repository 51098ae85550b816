// One reading after another, from the readers into a ring. No thread of its own: whoever calls read() is the writer.
#pragma once

#include "event_loops.h"
#include "listeners.h"
#include "readers/reader.h"
#include "ring.h"
#include "schedule.h"
#include "tracking.h"

#include <memory>

namespace plimsoll {

class Sampling {
 public:
  // `loops` and `listeners` are the sampler's; null in a one-shot reading: then the loop.* and sampler.* fields are
  // unsupported, and nobody is told anything.
  Sampling(Ring& ring, const SourceOptions& options, EventLoops* loops, Listeners* listeners = nullptr, Tracking* tracking = nullptr);

  void read(const Due& due);
  void watch(const std::string& path);  // filesystem.* describes this path from the next slow reading on

  Readers& readers() { return platform_->readers(); }
  Platform& platform() { return *platform_; }
  Sample& sample() { return sample_; }

 private:
  void read_gauges(bool inputs_are_fresh);
  void count_program_descriptors();

  Ring& ring_;
  EventLoops* loops_;
  Listeners* listeners_;
  Tracking* tracking_;
  bool live_;  // a recorded machine's clocks are not this one's
  std::unique_ptr<Platform> platform_;
  Sample sample_;
};

// Where each field comes from, the sampler's own included.
Sources describe_sources(Platform& platform);

}  // namespace plimsoll
