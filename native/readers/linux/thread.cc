// What Linux has of its own in POSIX threads. See ../posix/thread.h. Any thread.
#include "../posix/thread.h"

#include <cmath>
#include <ctime>

namespace plimsoll::posix {

void name_own_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

void keep_module_loaded() {}  // it is linked with -z nodelete

void init_condition(pthread_cond_t* condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);  // so that setting the wall clock moves no deadline
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

bool wait(pthread_cond_t* condition, pthread_mutex_t* mutex, double deadline) {
  const double whole = std::floor(deadline);
  const timespec until{static_cast<time_t>(whole), static_cast<long>((deadline - whole) * 1e9)};
  return pthread_cond_timedwait(condition, mutex, &until) == 0;
}

}  // namespace plimsoll::posix
