// Threads and bells of Windows. See ../thread.h and ../fork.h; there is no fork.
// https://learn.microsoft.com/windows/win32/procthread/creating-threads
// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createwaitabletimerexw
#include "../thread.h"

#include "../clock.h"
#include "../fork.h"
#include "api.h"
#include "layouts.h"
#include "text.h"

#include <algorithm>
#include <atomic>
#include <process.h>

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 2  // since Windows 10 1803
#endif

namespace plimsoll {
namespace {

// Reserved, not committed: what is not touched costs no memory. Providers of counters expect the usual size.
constexpr unsigned kStackBytes = 1024 * 1024;
constexpr double kTimerSeconds = 60;  // who waits longer than this needs no exact timer
constexpr DWORD kNoEventMs = 10;      // without an event (no handles left) the flag is looked at this often

struct Start {
  void (*body)(void*);
  void* context;
};

unsigned __stdcall run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  start->body(start->context);
  return 0;
}

// The exit of a worker may unload the addon; never so once a thread runs its code.
bool pin_module() {
  HMODULE module = nullptr;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                            reinterpret_cast<const wchar_t*>(&run), &module) != 0;
}

}  // namespace

struct Thread::Handle {
  HANDLE thread = nullptr;
};

Thread::Thread() : handle_(std::make_unique<Handle>()) {}
Thread::~Thread() { detach(); }

bool Thread::start(const char* name, void (*body)(void*), void* context) {
  if (!pin_module()) return false;
  auto argument = std::make_unique<Start>(Start{body, context});
  const uintptr_t thread = _beginthreadex(nullptr, kStackBytes, run, argument.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == 0) return false;
  static_cast<void>(argument.release());
  handle_->thread = reinterpret_cast<HANDLE>(thread);
  if (windows_os::api().name_thread != nullptr) windows_os::api().name_thread(handle_->thread, windows_os::to_wide(name).c_str());
  return true;
}

void Thread::join() {
  if (handle_->thread != nullptr) WaitForSingleObject(handle_->thread, INFINITE);
  detach();
}

void Thread::detach() {
  if (handle_->thread != nullptr) CloseHandle(handle_->thread);
  handle_->thread = nullptr;
}

void Thread::abandon() { detach(); }

// The flag is the bell, the event only wakes. No lock: at the exit of the process, threads are ended wherever they are,
// and a lock that one of them holds is then held for good.
struct Bell::State {
  std::atomic<bool> rung{false};
  HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  HANDLE timer = nullptr;  // a wait alone ends up to 15.6 ms late

  ~State() {
    if (event != nullptr) CloseHandle(event);
    if (timer != nullptr) CloseHandle(timer);
  }

  void sleep(double seconds) {
    const auto ms = static_cast<DWORD>(std::min(seconds, kTimerSeconds) * 1000) + 1;
    if (event == nullptr) return Sleep(std::min(ms, kNoEventMs));
    if (seconds < kTimerSeconds && arm_timer(seconds)) {
      const HANDLE either[] = {event, timer};
      WaitForMultipleObjects(2, either, FALSE, ms + 1000);
    } else {
      WaitForSingleObject(event, ms);
    }
  }

  bool arm_timer(double seconds) {
    constexpr DWORD access = TIMER_MODIFY_STATE | SYNCHRONIZE;
    if (timer == nullptr) timer = CreateWaitableTimerExW(nullptr, nullptr, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, access);
    if (timer == nullptr) return false;
    LARGE_INTEGER due;
    due.QuadPart = -std::max<int64_t>(1, static_cast<int64_t>(seconds / windows_os::kSecondsPerTick));  // negative: from now
    return SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE) != 0;
  }
};

Bell::Bell() : state_(std::make_unique<State>()) {}
Bell::~Bell() = default;

void Bell::ring() {
  state_->rung = true;
  if (state_->event != nullptr) SetEvent(state_->event);
}

// Wakes too early (a timer counts sleep in, an event was left set) only look again.
bool Bell::wait_until(double deadline) const {
  for (;;) {
    if (state_->rung.exchange(false)) return true;
    const double left = deadline - monotonic_seconds();
    if (left <= 0) return false;
    state_->sleep(left);
  }
}

void Bell::reset_after_fork() {}

void on_fork(void (*)(), void (*)(), void (*)()) {}

}  // namespace plimsoll
