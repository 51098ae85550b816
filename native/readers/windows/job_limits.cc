// See job_limits.h.
#include "job_limits.h"

namespace plimsoll::windows_os {
namespace {

constexpr uint32_t kWholeRate = 10000;  // all CPUs of the host

}  // namespace

Reason where_unset(const JobLimits& limits) { return limits.flags == kLibuvJob ? Reason::unsupported : Reason::unlimited; }

Result<double> memory_limit(const JobLimits& limits) {
  if ((limits.flags & kJobLimitsMemory) == 0) return where_unset(limits);
  return static_cast<double>(limits.job_memory);
}

Result<double> process_limit(const JobLimits& limits) {
  if ((limits.flags & kJobLimitsProcesses) == 0) return where_unset(limits);
  return static_cast<double>(limits.active_processes);
}

Result<double> quota_cores(const JobCpuRate& rate, double cpus, Reason unset) {
  uint32_t most = kWholeRate;
  if ((rate.flags & kJobRateEnabled) == 0) return unset;
  if ((rate.flags & kJobRateMinMax) != 0) {
    most = rate.rate >> 16;
  } else if ((rate.flags & kJobRateHardCap) != 0) {
    most = rate.rate;
  } else {
    return unset;
  }
  if (most == 0 || most > kWholeRate) return Reason::malformed;
  if (most == kWholeRate) return unset;
  return cpus * most / kWholeRate;
}

}  // namespace plimsoll::windows_os
