// See space.h.
#include "space.h"

#include "../clock.h"
#include "../thread.h"

#include <mutex>
#include <utility>

namespace plimsoll::posix {
namespace {

constexpr double kForeverSeconds = 1e6;  // eleven days; a helper that wakes for nothing goes back to sleep

}  // namespace

struct SpaceAsker::Shared {
  explicit Shared(std::vector<std::string> all)
      : paths(std::move(all)), answers(paths.size(), Result<Space>(Reason::warming_up)), process(process_id()) {}

  const std::vector<std::string> paths;
  mutable std::mutex mutex;  // guards what follows, up to the bells
  std::vector<Result<Space>> answers;
  size_t answered = 0;  // paths of the open question
  bool question = false;
  bool dismissed = false;
  bool started = false;
  Bell wake;
  Bell finished;
  const uint32_t process;  // a forked child has no such thread, and its copy of the mutex may be locked for good
};

SpaceAsker::SpaceAsker(std::vector<std::string> paths) : shared_(std::make_shared<Shared>(std::move(paths))) {}

SpaceAsker& SpaceAsker::operator=(SpaceAsker&& other) noexcept {
  if (this == &other) return *this;
  dismiss();
  shared_ = std::move(other.shared_);
  asked_at_ = other.asked_at_;
  return *this;
}

void SpaceAsker::dismiss() {
  if (shared_ == nullptr || shared_->process != process_id()) return;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->dismissed = true;
  }
  shared_->wake.ring();
  shared_.reset();
}

void SpaceAsker::serve(void* context) {
  const std::unique_ptr<std::shared_ptr<Shared>> own(static_cast<std::shared_ptr<Shared>*>(context));
  Shared& shared = **own;
  for (;;) {
    shared.wake.wait_until(monotonic_seconds() + kForeverSeconds);
    std::unique_lock lock(shared.mutex);
    while (shared.question && !shared.dismissed) {
      const size_t path = shared.answered;
      if (path == shared.paths.size()) {
        shared.question = false;
        shared.finished.ring();
        break;
      }
      lock.unlock();
      const auto answer = space_of(shared.paths[path]);
      lock.lock();
      shared.answers[path] = answer;
      ++shared.answered;
    }
    if (shared.dismissed) return;
  }
}

bool SpaceAsker::ask() {
  if (shared_ == nullptr) return false;
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
  shared_->answered = 0;
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
  if (shared_ == nullptr) return false;
  const std::lock_guard lock(shared_->mutex);
  return shared_->question;
}

Result<Space> SpaceAsker::answer(size_t path) const {
  if (shared_ == nullptr) return Reason::unsupported;
  const std::lock_guard lock(shared_->mutex);
  return path < shared_->answers.size() ? shared_->answers[path] : Result<Space>(Reason::unsupported);
}

std::string SpaceAsker::path_waited_for() const {
  if (shared_ == nullptr) return {};
  const std::lock_guard lock(shared_->mutex);
  return shared_->question && shared_->answered < shared_->paths.size() ? shared_->paths[shared_->answered] : std::string();
}

}  // namespace plimsoll::posix
