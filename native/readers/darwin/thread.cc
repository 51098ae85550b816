// Threads, bells and fork handlers of macOS: pthreads. See ../thread.h and ../fork.h; pthread(3).
// Traps: a condition variable here knows the wall clock or a relative time, no monotonic clock; its relative time stands
// still while the machine sleeps, as monotonic_seconds() does. A thread can be named by itself alone. There is no linker
// flag that keeps a module loaded, so the module that a thread runs in is pinned when the first one starts.
#include "../thread.h"

#include "../clock.h"
#include "../fork.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <pthread.h>

namespace plimsoll {
namespace {

constexpr size_t kStackBytes = 256 * 1024;  // a whole number of pages of 16 KiB; the readers' buffers are on the heap
constexpr size_t kNameBytes = 64;           // MAXTHREADNAMESIZE
constexpr double kLongestWaitSeconds = 1e6;  // libpthread hands seconds on as 64 bits, but multiplies them by 10^9

struct Start {
  void (*body)(void*);
  void* context;
  char name[kNameBytes];
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  pthread_setname_np(start->name);
  start->body(start->context);
  return nullptr;
}

// A worker's exit may close the module under a running thread or a registered fork handler: one more reference, that is
// never given back, keeps it. Harmless in an executable, where nothing is opened.
void pin_module() {
  static void* const module = [] {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&run), &info) == 0) return static_cast<void*>(nullptr);
    return dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  }();
  static_cast<void>(module);
}

}  // namespace

struct Thread::Handle {
  pthread_t id{};
  bool running = false;
};

Thread::Thread() : handle_(std::make_unique<Handle>()) {}
Thread::~Thread() = default;

bool Thread::start(const char* name, void (*body)(void*), void* context) {
  pin_module();
  auto argument = std::make_unique<Start>(Start{body, context, {}});
  std::memcpy(argument->name, name, std::min(std::strlen(name), kNameBytes - 1));
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  // Signals are the host program's: a thread inherits its creator's mask, so all are blocked around the creation.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  handle_->running = pthread_create(&handle_->id, &attributes, run, argument.get()) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (handle_->running) static_cast<void>(argument.release());
  return handle_->running;
}

void Thread::join() {
  if (handle_->running) pthread_join(handle_->id, nullptr);
  handle_->running = false;
}

void Thread::detach() {
  if (handle_->running) pthread_detach(handle_->id);
  handle_->running = false;
}

void Thread::abandon() { handle_->running = false; }

struct Bell::State {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  bool rung = false;

  State() { init(); }
  void init() {
    pthread_mutex_init(&mutex, nullptr);
    pthread_cond_init(&condition, nullptr);
    rung = false;
  }
};

Bell::Bell() : state_(std::make_unique<State>()) {}
Bell::~Bell() = default;

void Bell::ring() {
  pthread_mutex_lock(&state_->mutex);
  state_->rung = true;
  pthread_cond_signal(&state_->condition);
  pthread_mutex_unlock(&state_->mutex);
}

bool Bell::wait_until(double deadline) const {
  pthread_mutex_lock(&state_->mutex);
  while (!state_->rung) {
    const double left = deadline - monotonic_seconds();
    // Never a wait of zero: libpthread of older systems takes it for one without end.
    if (!(left >= 1e-9)) break;
    const double wait = std::min(left, kLongestWaitSeconds);
    const auto whole = static_cast<time_t>(wait);
    const timespec relative{whole, static_cast<long>((wait - static_cast<double>(whole)) * 1e9)};
    if (relative.tv_sec == 0 && relative.tv_nsec == 0) break;
    pthread_cond_timedwait_relative_np(&state_->condition, &state_->mutex, &relative);
  }
  const bool rung = state_->rung;
  state_->rung = false;
  pthread_mutex_unlock(&state_->mutex);
  return rung;
}

void Bell::reset_after_fork() { state_->init(); }

void on_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) {
  pin_module();
  pthread_atfork(before, in_parent, in_child);
}

}  // namespace plimsoll
