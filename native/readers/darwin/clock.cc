// Clocks of macOS. Any thread. clock_gettime(3); xnu osfmk/kern/thread.c for the thread's own CPU time.
// Trap: libuv's hrtime (mach_continuous_time) goes on while the machine sleeps and CLOCK_MONOTONIC does too; these
// counters do not, so neither does this clock: CLOCK_UPTIME_RAW is mach_absolute_time in nanoseconds.
#include "../clock.h"

#include <ctime>
#include <mach/mach.h>
#include <pthread.h>
#include <unistd.h>

namespace plimsoll {

double monotonic_seconds() { return static_cast<double>(clock_gettime_nsec_np(CLOCK_UPTIME_RAW)) * 1e-9; }

double wall_seconds() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Not CLOCK_THREAD_CPUTIME_ID: libc scales the kernel's Mach ticks by a time base that is another one under Rosetta.
// Here the kernel itself converts them, to microseconds.
double thread_cpu_seconds() {
  thread_basic_info info{};
  mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
  const thread_act_t self = pthread_mach_thread_np(pthread_self());  // no reference that would have to be given back
  if (thread_info(self, THREAD_BASIC_INFO, reinterpret_cast<thread_info_t>(&info), &count) != KERN_SUCCESS) return 0;
  return static_cast<double>(info.user_time.seconds) + static_cast<double>(info.system_time.seconds) +
         (static_cast<double>(info.user_time.microseconds) + static_cast<double>(info.system_time.microseconds)) * 1e-6;
}

uint32_t process_id() { return static_cast<uint32_t>(getpid()); }

}  // namespace plimsoll
