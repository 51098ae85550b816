// Threads, bells and fork handlers of Linux: pthreads. See ../thread.h and ../fork.h.
#include "../thread.h"

#include "../fork.h"

#include <cmath>
#include <csignal>
#include <ctime>
#include <pthread.h>

namespace plimsoll {
namespace {

constexpr size_t kStackBytes = 256 * 1024;  // the readers' buffers are on the heap

struct Start {
  void (*body)(void*);
  void* context;
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  start->body(start->context);
  return nullptr;
}

}  // namespace

struct Thread::Handle {
  pthread_t id{};
  bool running = false;
};

Thread::Thread() : handle_(std::make_unique<Handle>()) {}
Thread::~Thread() = default;

bool Thread::start(const char* name, void (*body)(void*), void* context) {
  auto argument = std::make_unique<Start>(Start{body, context});
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
  if (!handle_->running) return false;
  static_cast<void>(argument.release());
  pthread_setname_np(handle_->id, name);
  return true;
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
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);  // so that setting the wall clock moves no deadline
    pthread_mutex_init(&mutex, nullptr);
    pthread_cond_init(&condition, &attributes);
    pthread_condattr_destroy(&attributes);
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

bool Bell::wait_until(double monotonic_seconds) const {
  const double whole = std::floor(monotonic_seconds);
  const timespec deadline{static_cast<time_t>(whole), static_cast<long>((monotonic_seconds - whole) * 1e9)};
  pthread_mutex_lock(&state_->mutex);
  int outcome = 0;
  while (!state_->rung && outcome == 0) outcome = pthread_cond_timedwait(&state_->condition, &state_->mutex, &deadline);
  const bool rung = state_->rung;
  state_->rung = false;
  pthread_mutex_unlock(&state_->mutex);
  return rung;
}

void Bell::reset_after_fork() { state_->init(); }

void on_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) { pthread_atfork(before, in_parent, in_child); }

}  // namespace plimsoll
