// What macOS has of its own in POSIX threads. See ../posix/thread.h; pthread(3). Any thread.
// Traps: a condition variable here knows the wall clock or a relative time, no monotonic clock; its relative time stands
// still while the machine sleeps, as monotonic_seconds() does. A thread can be named by itself alone. There is no linker
// flag that keeps a module loaded, so the module that a thread runs in is pinned when the first one starts.
#include "../posix/thread.h"

#include "../clock.h"

#include <algorithm>
#include <ctime>
#include <dlfcn.h>

namespace plimsoll::posix {
namespace {

constexpr double kLongestWaitSeconds = 1e6;  // libpthread hands seconds on as 64 bits, but multiplies them by 10^9

}  // namespace

void name_own_thread(const char* name) { pthread_setname_np(name); }

// One more reference, that is never given back. Harmless in an executable, where nothing is opened.
void keep_module_loaded() {
  static void* const module = [] {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&keep_module_loaded), &info) == 0) return static_cast<void*>(nullptr);
    return dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  }();
  static_cast<void>(module);
}

void init_condition(pthread_cond_t* condition) { pthread_cond_init(condition, nullptr); }

bool wait(pthread_cond_t* condition, pthread_mutex_t* mutex, double deadline) {
  const double left = deadline - monotonic_seconds();
  // Never a wait of zero: libpthread of older systems takes it for one without end.
  if (!(left >= 1e-9)) return false;
  const double longest = std::min(left, kLongestWaitSeconds);
  const auto whole = static_cast<time_t>(longest);
  const timespec relative{whole, static_cast<long>((longest - static_cast<double>(whole)) * 1e9)};
  if (relative.tv_sec == 0 && relative.tv_nsec == 0) return false;
  pthread_cond_timedwait_relative_np(condition, mutex, &relative);
  return true;
}

}  // namespace plimsoll::posix
