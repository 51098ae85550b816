// CPU ticks and load averages as xnu hands them out. Any thread: pure, so that it is tested without macOS.
// xnu osfmk/kern/processor.c (processor_cpu_load_info), osfmk/mach/processor_info.h, bsd/sys/sysctl.h (struct loadavg)
#pragma once

#include "bytes.h"

#include <array>
#include <span>
#include <vector>

namespace plimsoll::darwin_os {

// Indexes of processor_cpu_load_info.cpu_ticks: CPU_STATE_USER 0, SYSTEM 1, IDLE 2, NICE 3. NICE is always 0: niced time
// is inside USER. There is no iowait, interrupt or steal time.
enum CpuMode : size_t { kUser, kSystem, kIdle, kNice, kCpuModes };
inline constexpr size_t kTicksPerCpu = kCpuModes;

// A tick is 1/100 s whatever the clock interrupt does: xnu osfmk/kern/clock.c, clock_timebase_init().
inline constexpr double kTicksPerSecond = 100;

// Ticks of all CPUs, added up mode by mode. The kernel's own counters are 32 bits wide and wrap after 497 days each, so
// only their growth modulo 2^32 is taken; half the range or more is a step back and adds nothing.
class CpuTicks {
 public:
  using Totals = std::array<double, kCpuModes>;

  // One reading: four ticks for each CPU, by the CPU's number. The first gives the raw sums; a CPU that appears later
  // starts at 0, one that goes takes nothing away. `malformed`, and nothing is added, where it is no whole number of CPUs.
  Reason observe(std::span<const uint32_t> ticks) {
    const size_t cpus = ticks.size() / kTicksPerCpu;
    if (cpus == 0 || ticks.size() % kTicksPerCpu != 0) return Reason::malformed;
    const size_t known = before_.size() / kTicksPerCpu;
    for (size_t i = 0; i < ticks.size(); ++i) {
      const double growth = i < before_.size() ? growth_of(before_[i], ticks[i]) : known == 0 ? ticks[i] : 0;
      totals_[i % kTicksPerCpu] += growth;
    }
    before_.assign(ticks.begin(), ticks.end());  // keeps its room
    return Reason::known;
  }

  const Totals& totals() const { return totals_; }

 private:
  static double growth_of(uint32_t before, uint32_t now) {
    const uint32_t growth = now - before;  // modulo 2^32
    return growth < uint32_t{1} << 31 ? growth : 0;
  }

  std::vector<uint32_t> before_;
  Totals totals_{};
};

// vm.loadavg: three averages in fixed point and the scale of that.
struct LoadRecord {
  uint32_t averages[3];
  int64_t scale;
};
static_assert(sizeof(LoadRecord) == 24);

inline Result<std::array<double, 3>> decode_load(Bytes bytes) {
  LoadRecord record{};
  if (!copy_record(bytes, record) || record.scale <= 0) return Reason::malformed;
  std::array<double, 3> load{};
  for (size_t i = 0; i < load.size(); ++i) load[i] = static_cast<double>(record.averages[i]) / static_cast<double>(record.scale);
  return load;
}

}  // namespace plimsoll::darwin_os
