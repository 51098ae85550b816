// A thread for questions whose answer may never come (a dead network drive, a hung counter provider). The helper belongs
// to the readers' thread; its own thread is joined by nobody and keeps alive what it needs.
#pragma once

#include <memory>

namespace plimsoll::windows_os {

class SideThread {
 public:
  // What is asked, again and again. answer() runs on the helper's thread and may hang; what it has found may be read only
  // while no question is open. Destroyed on whichever side lets go last.
  class Task {
   public:
    virtual ~Task() = default;
    virtual void answer() = 0;
  };

  SideThread() = default;
  SideThread(const char* name, std::shared_ptr<Task> task);
  SideThread(SideThread&&) noexcept = default;
  SideThread& operator=(SideThread&& other) noexcept;
  ~SideThread() { dismiss(); }

  // The thread starts with the first question. False: it could not be started, or a question is open.
  bool ask();
  bool wait_until(double monotonic_seconds) const;  // true: no question is open
  bool open() const;                                // a question is
  double asked_at() const { return asked_at_; }     // monotonic seconds; 0: never

 private:
  struct Shared;
  static void serve(void* context);
  void dismiss();

  std::shared_ptr<Shared> shared_;
  double asked_at_ = 0;
};

}  // namespace plimsoll::windows_os
