// See side_thread.h.
#include "side_thread.h"

#include "../clock.h"
#include "../thread.h"

#include <atomic>
#include <utility>

namespace plimsoll::windows_os {
namespace {

constexpr double kForeverSeconds = 1e6;  // eleven days; a helper that wakes for nothing goes back to sleep

}  // namespace

struct SideThread::Shared {
  const char* name;
  std::shared_ptr<Task> task;
  std::atomic<bool> question{false};  // set by the asker, reset by the helper: the answer is published with it
  std::atomic<bool> dismissed{false};
  bool started = false;               // asker only
  Bell wake;
  Bell finished;
};

SideThread::SideThread(const char* name, std::shared_ptr<Task> task) : shared_(std::make_shared<Shared>()) {
  shared_->name = name;
  shared_->task = std::move(task);
}

SideThread& SideThread::operator=(SideThread&& other) noexcept {
  if (this == &other) return *this;
  dismiss();
  shared_ = std::move(other.shared_);
  asked_at_ = other.asked_at_;
  return *this;
}

void SideThread::dismiss() {
  if (shared_ == nullptr) return;
  shared_->dismissed = true;
  shared_->wake.ring();
  shared_.reset();
}

void SideThread::serve(void* context) {
  const std::unique_ptr<std::shared_ptr<Shared>> own(static_cast<std::shared_ptr<Shared>*>(context));
  Shared& shared = **own;
  while (!shared.dismissed) {
    shared.wake.wait_until(monotonic_seconds() + kForeverSeconds);
    if (shared.dismissed) return;
    if (!shared.question) continue;
    shared.task->answer();
    shared.question = false;
    shared.finished.ring();
  }
}

bool SideThread::ask() {
  if (shared_ == nullptr || shared_->question) return false;
  if (!shared_->started) {
    auto context = std::make_unique<std::shared_ptr<Shared>>(shared_);
    Thread thread;
    if (!thread.start(shared_->name, serve, context.get())) return false;
    static_cast<void>(context.release());
    thread.detach();
    shared_->started = true;
  }
  shared_->question = true;
  asked_at_ = monotonic_seconds();
  shared_->wake.ring();
  return true;
}

bool SideThread::wait_until(double deadline) const {
  // An earlier answer that nobody waited for has left its bell rung.
  while (open()) {
    if (!shared_->finished.wait_until(deadline) && monotonic_seconds() >= deadline) return !open();
  }
  return true;
}

bool SideThread::open() const { return shared_ != nullptr && shared_->question; }

}  // namespace plimsoll::windows_os
