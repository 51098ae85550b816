// See run_queue.h.
#include "run_queue.h"

#include "scanner.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace plimsoll::linux_os {
namespace {

// So many threads' files are kept open (Node itself has about a dozen threads); with more, each is opened to be read,
// so that a program with a thousand threads does not find a thousand descriptors of ours.
constexpr size_t kMostKept = 48;

std::string schedstat_path(uint64_t id) { return "/proc/self/task/" + std::to_string(id) + "/schedstat"; }

}  // namespace

Result<double> parse_schedstat(std::string_view text) {
  Scanner words(text);
  uint64_t ran = 0, waited = 0;
  if (!words.number(ran) || !words.number(waited)) return Reason::malformed;
  return static_cast<double>(waited);
}

Result<size_t> RunQueue::list_tasks() {
  ids_.clear();
  const auto listed = tasks_->list([this](std::string_view name) {
    uint64_t id = 0;
    if (whole_number(name, id)) ids_.push_back(id);
  });
  if (!listed) return listed.reason;
  std::erase_if(kept_, [this](const Task& task) { return std::find(ids_.begin(), ids_.end(), task.id) == ids_.end(); });
  if (ids_.size() > kMostKept) {
    kept_.clear();
    return ids_.size();
  }
  for (const uint64_t id : ids_) {
    const bool known = std::any_of(kept_.begin(), kept_.end(), [id](const Task& task) { return task.id == id; });
    if (!known) kept_.push_back({id, KeptFile(*root_, schedstat_path(id))});
  }
  return ids_.size();
}

Reason RunQueue::observe_kept() {
  Reason reason = Reason::unsupported;
  bool any = false;
  for (Task& task : kept_) {
    const auto text = task.schedstat.read();
    const auto waited = text ? parse_schedstat(*text) : Result<double>(text.reason);
    if (!waited) {
      reason = waited.reason;
      known_threads_ = 0;  // it has most likely ended: list anew next time
      continue;
    }
    waits_.observe(task.id, {*waited});
    any = true;
  }
  return any ? Reason::known : reason;
}

// Through the open directory, so that neither a path nor a file object is made.
Result<double> RunQueue::read_once(uint64_t id) {
  char name[40], text[128];
  std::snprintf(name, sizeof name, "%llu/schedstat", static_cast<unsigned long long>(id));
  const int descriptor = openat(tasks_->descriptor(), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return reason_of(errno);
  const ssize_t length = read(descriptor, text, sizeof text);
  const int error_number = errno;
  close(descriptor);
  if (length < 0) return reason_of(error_number);
  return parse_schedstat({text, static_cast<size_t>(length)});
}

Reason RunQueue::observe_listed() {
  Reason reason = Reason::unsupported;
  bool any = false;
  for (const uint64_t id : ids_) {
    const auto waited = read_once(id);
    if (!waited) {
      reason = waited.reason;
      continue;
    }
    waits_.observe(id, {*waited});
    any = true;
  }
  return any ? Reason::known : reason;
}

Result<double> RunQueue::wait_seconds() {
  const auto measure = root_->live() ? tasks_->measure() : Result<KeptDirectory::Measure>(Reason::unsupported);
  const uint64_t threads = measure ? measure->links : 0;
  if (threads == 0 || threads != known_threads_) {
    const auto listed = list_tasks();
    if (!listed) return listed.reason;
  }
  known_threads_ = threads;
  waits_.begin();
  const Reason reason = ids_.size() > kMostKept ? observe_listed() : observe_kept();
  waits_.end();
  if (reason != Reason::known) return reason;
  return waits_.totals()[0] / 1e9;
}

}  // namespace plimsoll::linux_os
