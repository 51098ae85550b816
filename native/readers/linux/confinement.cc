// See ../confinement.h. A child is prepared by a fork handler: it runs in the child, on the copy of the thread that forked,
// before libuv gives it its descriptors, directory, user and program, which so stay exactly as they were asked for. Only
// calls that are safe after a fork of a process with threads are made there.
// https://man7.org/linux/man-pages/man3/pthread_atfork.3.html https://man7.org/linux/man-pages/man7/signal-safety.7.html
#include "../confinement.h"

#include "../fork.h"
#include "../posix/children_usage.h"
#include "cgroup.h"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace plimsoll {
namespace {

constexpr int kNotPrepared = 125;  // exit status, as env(1) and timeout(1) have it for their own failures

constexpr struct {
  linux_os::Controller controller;
  const char* name;
} kControllers[] = {
    {linux_os::Controller::memory, "memory"}, {linux_os::Controller::cpu, "cpu"},   {linux_os::Controller::cpuacct, "cpuacct"},
    {linux_os::Controller::pids, "pids"},     {linux_os::Controller::io, "blkio"}, {linux_os::Controller::freezer, "freezer"},
};

// `outcome` lies in memory that parent and child share.
struct Armed {
  LaunchOrders orders;
  LaunchOutcome* outcome = nullptr;
};
thread_local Armed* armed = nullptr;

int policy_of(Scheduling scheduling) {
  if (scheduling == Scheduling::idle) return SCHED_IDLE;
  return scheduling == Scheduling::batch ? SCHED_BATCH : SCHED_OTHER;
}

int set_policy(pid_t thread, Scheduling scheduling) {
  const sched_param param{};
  return sched_setscheduler(thread, policy_of(scheduling), &param);
}

bool enter(const char* entrance) {
  const int file = open(entrance, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool entered = write(file, "0", 1) == 1;
  const int error = errno;
  close(file);
  errno = error;
  return entered;
}

bool lower(decltype(RLIMIT_DATA) resource, double value) {
  const rlimit limit{static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
  return value < 0 || setrlimit(resource, &limit) == 0;
}

[[noreturn]] void fail(LaunchOutcome& outcome, LaunchStep step, uint32_t entrance = 0) {
  outcome.error = errno;
  outcome.entrance = entrance;
  outcome.step = step;
  _exit(kNotPrepared);
}

void prepare_child() {
  if (armed == nullptr) return;
  const LaunchOrders& orders = armed->orders;
  LaunchOutcome& outcome = *armed->outcome;
  for (uint32_t i = 0; i < orders.entrances.size(); ++i) {
    if (!enter(orders.entrances[i].c_str())) fail(outcome, LaunchStep::entering, i);
  }
  if (!lower(RLIMIT_NOFILE, orders.descriptors)) fail(outcome, LaunchStep::descriptors);
  if (orders.renice && setpriority(PRIO_PROCESS, 0, orders.nice) != 0) fail(outcome, LaunchStep::nice);
  if (orders.scheduling != Scheduling::unchanged && set_policy(0, orders.scheduling) != 0) fail(outcome, LaunchStep::scheduling);
  if (!lower(RLIMIT_DATA, orders.data_bytes)) fail(outcome, LaunchStep::data_bytes);
  outcome.step = LaunchStep::done;
}

bool put(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(file);
  return written;
}

// A process a line. Without iostreams, which no binary of ours carries.
void kill_all_in(const std::string& list) {
  const int file = open(list.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  char text[4096];
  pid_t process = 0;
  for (ssize_t length; (length = read(file, text, sizeof text)) > 0;) {
    for (ssize_t i = 0; i < length; ++i) {
      if (text[i] >= '0' && text[i] <= '9') {
        process = process * 10 + (text[i] - '0');
      } else {
        if (process > 0) kill(process, SIGKILL);
        process = 0;
      }
    }
  }
  close(file);
}

// Since Linux 5.14 v2 kills a group as one; where there is v1 alone, process by process, frozen ones too.
void kill_group(const std::string& directory) {
  if (put(directory + "/cgroup.kill", "1")) return;
  kill_all_in(directory + "/cgroup.procs");
  put(directory + "/freezer.state", "THAWED");
}

constexpr int kEndAttempts = 50;
constexpr timespec kEndPause{0, 2'000'000};

class LinuxConfinement final : public Confinement {
 public:
  std::vector<GroupPlace> own_groups() override {
    linux_os::Root root(SourceOptions{});
    linux_os::ControlGroups groups(root);
    groups.refresh();
    std::vector<GroupPlace> places{place_of("", groups.unified())};
    for (const auto& [controller, name] : kControllers) {
      // On v2 a controller has no place of its own: that is the hierarchy's.
      if (groups.of(controller).version == 1) places.push_back(place_of(name, groups.of(controller)));
    }
    return places;
  }

  void end_groups(const std::vector<std::string>& directories) override {
    std::vector<std::string> left = directories;
    for (int attempt = 0; attempt < kEndAttempts && !left.empty(); ++attempt) {
      if (attempt > 0) nanosleep(&kEndPause, nullptr);
      for (const auto& directory : left) kill_group(directory);
      std::erase_if(left, [](const std::string& directory) { return rmdir(directory.c_str()) == 0 || errno == ENOENT; });
    }
  }

  void remove_empty_groups(const std::vector<std::string>& directories) override {
    for (const auto& directory : directories) rmdir(directory.c_str());
  }

  bool arm(const LaunchOrders& orders) override {
    static const bool registered = (on_fork(nullptr, nullptr, prepare_child), true);  // once, whichever thread comes first
    static_cast<void>(registered);
    disarm();
    void* shared = mmap(nullptr, sizeof(LaunchOutcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return false;
    armed = new Armed{orders, new (shared) LaunchOutcome};
    return true;
  }

  LaunchOutcome disarm() override {
    if (armed == nullptr) return {};
    const LaunchOutcome outcome = *armed->outcome;
    munmap(armed->outcome, sizeof(LaunchOutcome));
    delete armed;
    armed = nullptr;
    return outcome;
  }

  int limit(uint32_t process, ProcessLimit which, double value) override {
    const rlim_t most = std::isfinite(value) ? static_cast<rlim_t>(value) : RLIM_INFINITY;
    const rlimit wanted{most, most};
    const auto resource = which == ProcessLimit::data_bytes ? RLIMIT_DATA : RLIMIT_NOFILE;
    return prlimit(static_cast<pid_t>(process), resource, &wanted, nullptr) == 0 ? 0 : errno;
  }

  int schedule(uint32_t thread, Scheduling scheduling) override {
    return set_policy(static_cast<pid_t>(thread), scheduling) == 0 ? 0 : errno;
  }

  bool children_usage(ChildrenUsage& usage) override { return posix::read_children_usage(usage); }

 private:
  static GroupPlace place_of(const char* controller, const linux_os::Placement& placement) {
    return {controller, placement.version, placement.reason, placement.own_visible, placement.levels};
  }

};

}  // namespace

Confinement& confinement() {
  static LinuxConfinement one;
  return one;
}

}  // namespace plimsoll
