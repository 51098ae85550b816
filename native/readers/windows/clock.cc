// Clocks of Windows. Any thread.
// https://learn.microsoft.com/windows/win32/api/realtimeapiset/nf-realtimeapiset-queryunbiasedinterrupttimeprecise
#include "../clock.h"

#include "api.h"
#include "layouts.h"

namespace plimsoll {
namespace {

constexpr uint64_t kTicksTo1970 = 116444736000000000;  // from 1601, where FILETIME begins

uint64_t ticks(const FILETIME& time) { return uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime; }

}  // namespace

// Time in sleep and hibernation is left out, unlike in QueryPerformanceCounter (and so in libuv's clock).
double monotonic_seconds() {
  ULONGLONG now = 0;
  if (windows_os::api().unbiased_time_precise != nullptr) {
    windows_os::api().unbiased_time_precise(&now);
  } else {
    QueryUnbiasedInterruptTime(&now);  // stands still between timer interrupts, up to 15.6 ms
  }
  return static_cast<double>(now) * windows_os::kSecondsPerTick;
}

double wall_seconds() {
  FILETIME now{};
  GetSystemTimePreciseAsFileTime(&now);
  return static_cast<double>(ticks(now) - kTicksTo1970) * windows_os::kSecondsPerTick;
}

// In steps of the timer interrupt: who runs for less is charged by chance, but rightly in the long run.
double thread_cpu_seconds() {
  FILETIME created{}, ended{}, kernel{}, user{};
  GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user);
  return static_cast<double>(ticks(kernel) + ticks(user)) * windows_os::kSecondsPerTick;
}

uint32_t process_id() { return GetCurrentProcessId(); }

}  // namespace plimsoll
