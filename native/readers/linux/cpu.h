// Host CPU: /proc/stat, /proc/loadavg, affinity. https://docs.kernel.org/filesystems/proc.html
#pragma once

#include "../../accumulator.h"
#include "../reader.h"
#include "cgroup.h"
#include "root.h"

namespace plimsoll::linux_os {

// The modes of a "cpu" line in ticks: user nice system idle iowait irq softirq steal guest(+guest_nice).
inline constexpr size_t kCpuModes = 9;
using CpuModes = Accumulator<kCpuModes>::Counters;
using CpuAccumulator = Accumulator<kCpuModes>;

struct StatCounts {
  Result<double> context_switches = Reason::unsupported;
  Result<double> runnable = Reason::unsupported;
  Result<double> blocked = Reason::unsupported;
  Result<double> online = Reason::unsupported;
};

// One "cpu" or "cpuN" line; `number` is -1 for the sum line. False if it is no such line or has no four numbers.
bool parse_cpu_line(std::string_view line, int64_t& number, CpuModes& ticks);

// All of /proc/stat: adds the CPUs to `cpus`, returns the counts. `malformed` where the cpu lines make no sense.
Result<StatCounts> parse_stat(std::string_view text, CpuAccumulator& cpus);

// /proc/loadavg: three averages.
Result<std::array<double, 3>> parse_loadavg(std::string_view text);

// `groups` tell the cpuset; whoever owns them refreshes them before each slow reading.
std::unique_ptr<Reader> cpu_reader(Root& root, double ticks_per_second, std::shared_ptr<ControlGroups> groups);

}  // namespace plimsoll::linux_os
