// Threads, bells and fork handlers of the systems with POSIX threads. See ../thread.h, ../fork.h and thread.h.
#include "../thread.h"

#include "../fork.h"
#include "thread.h"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace plimsoll {
namespace {

constexpr size_t kStackBytes = 256 * 1024;  // whole pages, also of 16 KiB; the readers' buffers are on the heap
constexpr size_t kNameBytes = 64;

struct Start {
  void (*body)(void*);
  void* context;
  char name[kNameBytes];
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  posix::name_own_thread(start->name);
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
  posix::keep_module_loaded();
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
    posix::init_condition(&condition);
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
  while (!state_->rung && posix::wait(&state_->condition, &state_->mutex, deadline)) {
  }
  const bool rung = state_->rung;
  state_->rung = false;
  pthread_mutex_unlock(&state_->mutex);
  return rung;
}

void Bell::reset_after_fork() { state_->init(); }

void on_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) {
  posix::keep_module_loaded();
  pthread_atfork(before, in_parent, in_child);
}

}  // namespace plimsoll
