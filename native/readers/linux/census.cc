// Who was born on Linux, and the threads of this process. See readers/processes.h.
//
// Numbers of processes and threads are given out in turn, and /proc/loadavg tells the last one of this namespace: who was born
// since has a number between. A number without a CPU clock is no process (a thread, or gone again), which costs one system call
// to know; so the search costs a hundredth of what the births did, and nothing where there were none.
#include "../processes.h"

#include "kept_file.h"
#include "process_stat.h"
#include "processes.h"
#include "run_queue.h"
#include "scanner.h"

#include <cstdio>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace plimsoll {
namespace linux_os {
namespace {

constexpr uint64_t kMostSearched = 4096;  // numbers; beyond, all processes are listed
constexpr uint64_t kDefaultMostPids = 4'194'304;

void add(uint32_t pid, std::vector<Kinship>& found) {
  char buffer[1024];
  const auto text = read_process_file(pid, "stat", buffer);
  if (!text) return;
  if (const auto kin = parse_kin(*text)) found.push_back({pid, kin->parent});
}

class LinuxCensus final : public Census {
 public:
  bool newcomers(std::vector<Kinship>& found) override {
    const auto text = loadavg_.read();
    const auto last = text ? parse_last_pid(*text) : Result<uint64_t>(text.reason);
    if (!last || !known_) {
      known_ = static_cast<bool>(last);
      last_ = *last;
      everyone(found);
      return true;
    }
    const uint64_t before = std::exchange(last_, *last);
    if (before == last_) return false;
    const uint64_t most = last_ < before ? most_pids() : last_;
    if (pids_between(before, last_, most) > kMostSearched) {
      everyone(found);
      return true;
    }
    search(before + 1, last_ < before ? most : last_, found);
    if (last_ < before) search(kReservedPids, last_, found);
    return true;
  }

  void everyone(std::vector<Kinship>& found) override {
    proc_.list([&](std::string_view name) {
      uint64_t pid = 0;
      if (whole_number(name, pid)) add(static_cast<uint32_t>(pid), found);
    });
  }

 private:
  static void search(uint64_t first, uint64_t last, std::vector<Kinship>& found) {
    for (uint64_t pid = first; pid <= last; ++pid) {
      timespec time{};
      const auto clock = static_cast<clockid_t>(~static_cast<uint32_t>(pid) << 3 | 2);
      if (clock_gettime(clock, &time) == 0) add(static_cast<uint32_t>(pid), found);
    }
  }

  uint64_t most_pids() {
    uint64_t most = 0;
    const auto text = pid_max_.read();
    return text && whole_number(*text, most) ? most : kDefaultMostPids;
  }

  Root root_{SourceOptions{}};
  KeptFile loadavg_{root_, "/proc/loadavg"};
  KeptFile pid_max_{root_, "/proc/sys/kernel/pid_max", Shape::sysctl};
  KeptDirectory proc_{root_, "/proc"};
  uint64_t last_ = 0;
  bool known_ = false;
};

}  // namespace
}  // namespace linux_os

std::unique_ptr<Census> Census::open() { return std::make_unique<linux_os::LinuxCensus>(); }

uint64_t this_thread() { return static_cast<uint64_t>(syscall(SYS_gettid)); }

// 6: the scheduler's clock of one thread of this process.
Result<double> thread_cpu_seconds(uint64_t thread) {
  timespec time{};
  if (clock_gettime(static_cast<clockid_t>(~static_cast<uint32_t>(thread) << 3 | 6), &time) != 0) return Reason::gone;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

Result<double> thread_wait_seconds(uint64_t thread) {
  char file[40], buffer[128];
  std::snprintf(file, sizeof file, "task/%u/schedstat", static_cast<uint32_t>(thread));
  const auto text = linux_os::read_process_file(static_cast<uint32_t>(getpid()), file, buffer);
  const auto waited_ns = text ? linux_os::parse_schedstat(*text) : Result<double>(text.reason);
  return waited_ns ? Result<double>(*waited_ns / 1e9) : waited_ns;
}

}  // namespace plimsoll
