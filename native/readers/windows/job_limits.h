// What a job object allows. Pure functions, any thread.
// https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_extended_limit_information
// https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_cpu_rate_control_information
#pragma once

#include "../../result.h"
#include "layouts.h"

namespace plimsoll::windows_os {

inline constexpr uint32_t kJobLimitsProcesses = 0x8;  // JOB_OBJECT_LIMIT_ACTIVE_PROCESS
inline constexpr uint32_t kJobLimitsMemory = 0x200;   // JOB_OBJECT_LIMIT_JOB_MEMORY
// What libuv sets on the job in which it keeps its children: kill on close, both kinds of breakaway, die on unhandled exception.
// https://github.com/libuv/libuv/blob/v1.x/src/win/process.c
inline constexpr uint32_t kLibuvJob = 0x2000 | 0x1000 | 0x800 | 0x400;
inline constexpr uint32_t kJobRateEnabled = 0x1;
inline constexpr uint32_t kJobRateHardCap = 0x4;
inline constexpr uint32_t kJobRateMinMax = 0x10;

// What a limit is that this job does not set: `unlimited`, but `unsupported` in libuv's own job. That one never limits, and
// is the only one that is shown of those around it, one of which may.
Reason where_unset(const JobLimits& limits);

// Committed bytes, not resident ones.
Result<double> memory_limit(const JobLimits& limits);

// Processes, not threads.
Result<double> process_limit(const JobLimits& limits);

// A hard cap, or the upper one of a pair of rates, in cores of `cpus`; a weight is no limit. `unset`: where_unset() of the job.
Result<double> quota_cores(const JobCpuRate& rate, double cpus, Reason unset);

}  // namespace plimsoll::windows_os
