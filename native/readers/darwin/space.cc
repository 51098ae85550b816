// See space.h. Trap: statvfs() has 32-bit block counts on macOS and is wrong from 16 TiB on; statfs() has 64.
#include "space.h"

#include "../clock.h"
#include "../thread.h"
#include "sysctl.h"

#include <cerrno>
#include <mutex>
#include <sys/mount.h>
#include <sys/param.h>
#include <utility>

namespace plimsoll::darwin_os {
namespace {

constexpr double kForeverSeconds = 1e5;  // over a day; a helper that wakes for nothing goes back to sleep

Result<Space> space_of(const std::string& path) {
  struct statfs status;
  if (statfs(path.c_str(), &status) != 0) return reason_of(errno);
  return space_from(status.f_bsize, status.f_blocks, status.f_bavail);
}

}  // namespace

struct SpaceAsker::Shared {
  explicit Shared(std::string watched) : path(std::move(watched)), process(process_id()) {}

  const std::string path;
  mutable std::mutex mutex;  // guards what follows, up to the bells
  Result<Space> answer = Reason::warming_up;
  bool question = false;
  bool dismissed = false;
  bool started = false;
  Bell wake;
  Bell finished;
  const uint32_t process;  // a forked child has no such thread, and its copy of the mutex may be locked for good
};

SpaceAsker::SpaceAsker(std::string path) : shared_(std::make_shared<Shared>(std::move(path))) {}

SpaceAsker::~SpaceAsker() {
  if (shared_->process != process_id()) return;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->dismissed = true;
  }
  shared_->wake.ring();
}

void SpaceAsker::serve(void* context) {
  const std::unique_ptr<std::shared_ptr<Shared>> own(static_cast<std::shared_ptr<Shared>*>(context));
  Shared& shared = **own;
  for (;;) {
    shared.wake.wait_until(monotonic_seconds() + kForeverSeconds);
    std::unique_lock lock(shared.mutex);
    if (shared.dismissed) return;
    if (!shared.question) continue;
    lock.unlock();
    const auto answer = space_of(shared.path);
    lock.lock();
    shared.answer = answer;
    shared.question = false;
    shared.finished.ring();
    if (shared.dismissed) return;
  }
}

bool SpaceAsker::ask() {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->question) return false;
  if (!shared_->started) {
    auto context = std::make_unique<std::shared_ptr<Shared>>(shared_);
    Thread thread;
    if (!thread.start("plimsoll-space", serve, context.get())) return false;
    static_cast<void>(context.release());
    thread.detach();
    shared_->started = true;
  }
  shared_->question = true;
  asked_at_ = monotonic_seconds();
  shared_->wake.ring();
  return true;
}

bool SpaceAsker::wait_until(double deadline) const {
  // An earlier answer that nobody waited for has left its bell rung.
  while (open()) {
    if (!shared_->finished.wait_until(deadline) && monotonic_seconds() >= deadline) return !open();
  }
  return true;
}

bool SpaceAsker::open() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->question;
}

Result<Space> SpaceAsker::answer() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->answer;
}

}  // namespace plimsoll::darwin_os
