// Readings that are not the sampler's: of a recorded machine, of details, of what a reading costs.
// Each runs on the one thread that calls it, with readers of its own.
#pragma once

#include "readers/reader.h"
#include "ring.h"

#include <span>
#include <vector>

namespace plimsoll {

// Two readings of every rhythm, `gap_seconds` apart, into a ring in `memory` (zeroed, Ring::byte_length() long).
void read_once(std::span<std::byte> memory, const SourceOptions& options, double gap_seconds);

// Rows per CPU, disk, interface and mount, and when they were read.
struct DetailsReading {
  double read_at_seconds = 0;
  Details details;
};
DetailsReading read_details(const SourceOptions& options);

// Hot cost of each reader: the median of `rounds` readings, in nanoseconds, by rhythm. About 0: it has nothing to do in that rhythm.
struct ReaderCost {
  const char* noun;
  std::array<double, kRhythmCount> ns;
};
std::vector<ReaderCost> measure_readers(const SourceOptions& options, uint32_t rounds);

Sources find_sources(const SourceOptions& options);

}  // namespace plimsoll
