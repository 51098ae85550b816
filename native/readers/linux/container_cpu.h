// CPU time, quota and throttling of this process's control group and of its ancestors. Readers' thread.
// v2: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu
// v1: https://docs.kernel.org/scheduler/sched-bwc.html https://docs.kernel.org/admin-guide/cgroup-v1/cpuacct.html
#pragma once

#include "../reader.h"
#include "cgroup.h"

#include <memory>

namespace plimsoll::linux_os {

// cpu.max: "max 100000", "50000 100000": quota and period in microseconds, as cores. A missing period is the default one.
Result<double> parse_cpu_max(std::string_view text);

// v1 cpu.cfs_quota_us and cpu.cfs_period_us, as cores. A quota of -1 is none.
Result<double> parse_cfs_quota(std::string_view quota, std::string_view period);

// cpu.stat. v2 counts microseconds, v1 nanoseconds.
struct GroupCpu {
  Result<double> usage_seconds = Reason::unsupported;      // v2 alone
  Result<double> periods = Reason::unsupported;
  Result<double> throttled_periods = Reason::unsupported;
  Result<double> throttled_seconds = Reason::unsupported;
};
GroupCpu parse_cpu_stat(std::string_view text);

std::unique_ptr<Reader> container_cpu_reader(Root& root, std::shared_ptr<ControlGroups> groups);

}  // namespace plimsoll::linux_os
