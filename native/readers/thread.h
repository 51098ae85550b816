// A thread and the means to wait on it until a deadline. Each readers/<os>/thread.cc defines them.
#pragma once

#include <memory>

namespace plimsoll {

// Runs `body(context)` on a thread with a small stack, all signals blocked. Start and join from one thread at a time.
class Thread {
 public:
  Thread();
  ~Thread();
  bool start(const char* name, void (*body)(void*), void* context);  // false: the system refused
  void join();
  void detach();   // nobody will join it
  void abandon();  // in a forked child, where the thread does not exist

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// A bell: one thread sleeps until it rings or a deadline passes. Needs no descriptor, so it works when none is left.
class Bell {
 public:
  Bell();
  ~Bell();
  void ring();                                     // any thread
  bool wait_until(double monotonic_seconds) const;  // true: it rang (and is quiet again)
  void reset_after_fork();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plimsoll
