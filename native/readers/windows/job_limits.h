// What a job object allows. Pure functions, any thread.
// https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_extended_limit_information
// https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_cpu_rate_control_information
#pragma once

#include "../../result.h"
#include "layouts.h"

namespace plimsoll::windows_os {

inline constexpr uint32_t kJobLimitsProcesses = 0x8;  // JOB_OBJECT_LIMIT_ACTIVE_PROCESS
inline constexpr uint32_t kJobLimitsMemory = 0x200;   // JOB_OBJECT_LIMIT_JOB_MEMORY
inline constexpr uint32_t kJobRateEnabled = 0x1;
inline constexpr uint32_t kJobRateHardCap = 0x4;
inline constexpr uint32_t kJobRateMinMax = 0x10;

// Committed bytes, not resident ones. `unlimited` where no such limit is set.
Result<double> memory_limit(const JobLimits& limits);

// Processes, not threads.
Result<double> process_limit(const JobLimits& limits);

// A hard cap, or the upper one of a pair of rates, in cores of `cpus`; a weight is no limit.
Result<double> quota_cores(const JobCpuRate& rate, double cpus);

}  // namespace plimsoll::windows_os
