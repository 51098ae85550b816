// Clocks of Linux, by the vDSO where it has them. Any thread.
#include "../clock.h"

#include <ctime>
#include <unistd.h>

namespace plimsoll {
namespace {

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double monotonic_seconds() { return seconds(CLOCK_MONOTONIC); }
double wall_seconds() { return seconds(CLOCK_REALTIME); }
double thread_cpu_seconds() { return seconds(CLOCK_THREAD_CPUTIME_ID); }
uint32_t process_id() { return static_cast<uint32_t>(getpid()); }

}  // namespace plimsoll
