// Counts of a control group's memory events, and which of them have grown and are to be told now. Pressure watch's thread.
// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
#pragma once

#include "../../result.h"
#include "../pressure_watch.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace plimsoll::linux_os {

using MemoryCounts = std::array<Result<double>, kMemoryEvents>;  // `unsupported`: an older kernel has no such line

MemoryCounts no_counts();

// memory.events or memory.events.local.
MemoryCounts parse_memory_events(std::string_view text);

// What was told of one group's counts. The first ones are where counting begins. Each event is told at once, and then not
// again for a while: a group that reclaims at its limit counts thousands per second.
class ToldEvents {
 public:
  void begin(const MemoryCounts& counts);
  void note(const MemoryCounts& counts);

  // The next event that may be told now; false if there is none.
  bool next(double now, MemoryEvent& event, double& count);

  // When something that waits may be told; infinity if nothing waits.
  double due() const;

 private:
  struct Told {
    double count;
    double told;
    double quiet_until;
  };
  std::array<Told, kMemoryEvents> told_{};
};

}  // namespace plimsoll::linux_os
