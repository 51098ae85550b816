// Other processes on Linux: /proc/<pid>/*, and their CPU clocks. See readers/processes.h.
// clock_getcpuclockid(3), proc_pid_statm(5), proc_pid_io(5), https://docs.kernel.org/scheduler/sched-stats.html
//
// The one descriptor that is kept for a process is that of its statm: it stays bound to the very process, answers ESRCH once
// that was reaped and zeros once it ended, and gives the resident pages exactly (those in stat lag behind by a batch per CPU).
// The CPU clock is found by number, but it is read before statm is: if statm still answers then, the number was still the
// process's own when the clock was read. A clock that has not moved by a nanosecond is that of a process that has not run: it has
// not ended either, for that takes CPU time, so nothing more is asked. Files that are opened by path are read before stat is, whose start time is compared.
#include "processes.h"

#include "../processes.h"
#include "kept_file.h"
#include "network.h"
#include "process.h"
#include "process_stat.h"
#include "run_queue.h"
#include "scanner.h"

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plimsoll {
namespace linux_os {
namespace {

std::atomic<size_t> kept_count{0};

// Half of the descriptors that this process may have are its own; with more processes than that, statm is opened anew each time.
bool may_keep_one_more() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  return limit.rlim_cur == RLIM_INFINITY || kept_count.load(std::memory_order_relaxed) < limit.rlim_cur / 2;
}

// The kernel's CPU clock of a process: ~pid, then 2 for "scheduler's, of the whole process" (linux/posix-timers.h).
clockid_t clock_of(uint32_t pid) { return static_cast<clockid_t>(~pid << 3 | 2); }

Reason reason_of_process(int error_number) { return error_number == ENOENT ? Reason::gone : reason_of(error_number); }

struct PathText {
  char text[48];
  PathText(uint32_t pid, const char* file) { std::snprintf(text, sizeof text, "/proc/%u/%s", pid, file); }
};

}  // namespace

Result<std::string_view> read_process_file(uint32_t pid, const char* file, std::span<char> buffer) {
  const int descriptor = open(PathText(pid, file).text, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return reason_of_process(errno);
  const ssize_t length = read(descriptor, buffer.data(), buffer.size());
  const int error_number = errno;
  close(descriptor);
  if (length < 0) return reason_of_process(error_number);
  return std::string_view(buffer.data(), static_cast<size_t>(length));
}

namespace {

double ticks_per_second() {
  static const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return ticks;
}

double page_bytes() {
  static const double bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  return bytes;
}

// Since Linux 6.2 the size of an fd directory is the number of open descriptors; this process has some, so it tells.
bool directory_size_counts() {
  static const bool counts = [] {
    struct stat status {};
    return stat("/proc/self/fd", &status) == 0 && status.st_size > 0;
  }();
  return counts;
}

uint64_t network_namespace(uint32_t pid) {
  struct stat status {};
  return stat(PathText(pid, "ns/net").text, &status) == 0 ? status.st_ino : 0;
}

class LinuxProcess final : public Process {
 public:
  LinuxProcess(uint32_t pid, int statm) : pid_(pid), statm_(statm) {
    if (statm_ >= 0) kept_count.fetch_add(1, std::memory_order_relaxed);
  }

  ~LinuxProcess() override {
    if (statm_ < 0) return;
    close(statm_);
    kept_count.fetch_sub(1, std::memory_order_relaxed);
  }

  // Which process it is. The kept descriptor is older: if it still answers, this was read of the same process.
  Reason identify() {
    const auto stat = read_stat();
    if (!stat) return stat.reason;
    if (stat->threads == 0 || stat->state == 'Z' || stat->state == 'X') return Reason::gone;
    start_ticks_ = stat->start_ticks;
    const ProcessUse now = use(true);
    if (now.life == Life::gone) return Reason::gone;
    return now.life == Life::running ? Reason::known : Reason::unsupported;  // without memory of its own: the kernel's
  }

  ProcessUse use(bool anew) override {
    timespec time{};
    const bool timed = clock_gettime(clock_of(pid_), &time) == 0;
    if (timed && !anew && last_.life != Life::gone && time.tv_sec == ran_.tv_sec && time.tv_nsec == ran_.tv_nsec) return last_;
    ran_ = time;
    return last_ = measure(timed, time);
  }

  ProcessUse measure(bool timed, const timespec& time) const {
    ProcessUse found;
    char buffer[128];
    const auto text = statm_ >= 0 ? reread_statm(buffer) : read_statm(buffer);
    if (!text && text.reason == Reason::gone) return found;
    found.life = Life::running;
    if (timed) found.cpu_seconds = static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    const auto pages = text ? parse_statm(*text) : Result<uint64_t>(text.reason);
    found.rss_bytes = pages ? Result<double>(static_cast<double>(*pages) * page_bytes()) : Result<double>(pages.reason);
    if (pages && *pages == 0) without_memory(found);
    return found;
  }

  Result<ProcessKin> kin() override {
    const auto stat = read_same_stat();
    if (!stat) return stat.reason;
    return ProcessKin{stat->parent, static_cast<double>(stat->threads), static_cast<double>(stat->waited_ticks) / ticks_per_second()};
  }

  Result<ProcessDetail> detail() override {
    char buffer[512];
    ProcessDetail found;
    found.io_is_inherited = true;
    const auto io_text = read_process_file(pid_, "io", buffer);
    const ProcessIo io = io_text ? parse_process_io(*io_text) : ProcessIo{io_text.reason, io_text.reason};
    found.read_bytes = io.read_bytes;
    found.written_bytes = io.written_bytes;
    const auto waits = read_process_file(pid_, "schedstat", buffer);
    const auto waited_ns = waits ? parse_schedstat(*waits) : Result<double>(waits.reason);
    found.wait_seconds = waited_ns ? Result<double>(*waited_ns / 1e9) : waited_ns;
    found.descriptors = open_descriptors();
    read_network(found);
    const auto stat = read_same_stat();  // last: so all this was of the same process
    if (!stat) return stat.reason;
    found.threads = static_cast<double>(stat->threads);
    return found;
  }

 private:
  Result<std::string_view> reread_statm(std::span<char> buffer) const {
    const ssize_t length = pread(statm_, buffer.data(), buffer.size(), 0);
    if (length < 0) return reason_of_process(errno);
    return std::string_view(buffer.data(), static_cast<size_t>(length));
  }

  Result<std::string_view> read_statm(std::span<char> buffer) const {
    const auto text = read_process_file(pid_, "statm", buffer);
    if (!text) return text;
    const auto stat = read_same_stat();
    if (!stat) return stat.reason;
    return text;
  }

  // It has ended; or its first thread has, and others go on without it: then nobody tells what memory they have.
  void without_memory(ProcessUse& found) const {
    const auto stat = read_same_stat();
    if (!stat) {
      found.life = Life::gone;
    } else if ((stat->state == 'Z' || stat->state == 'X') && stat->threads > 1) {
      found.rss_bytes = Reason::gone;
    } else {
      found.life = Life::ended;
    }
  }

  Result<KinStat> read_stat() const {
    char buffer[1024];
    const auto text = read_process_file(pid_, "stat", buffer);
    if (!text) return text.reason;
    return parse_kin(*text);
  }

  Result<KinStat> read_same_stat() const {
    const auto stat = read_stat();
    if (stat && stat->start_ticks != start_ticks_) return Reason::gone;
    return stat;
  }

  Result<double> open_descriptors() const {
    const PathText path(pid_, "fd");
    if (directory_size_counts()) {
      struct stat status {};
      if (stat(path.text, &status) != 0) return reason_of_process(errno);
      return static_cast<double>(status.st_size);
    }
    static Root live{SourceOptions{}};
    KeptDirectory directory(live, path.text);
    const auto entries = directory.list([](std::string_view) {});
    if (!entries) return entries.reason;
    return static_cast<double>(*entries);
  }

  void read_network(ProcessDetail& found) const {
    static const uint64_t ours = network_namespace(static_cast<uint32_t>(getpid()));
    const uint64_t theirs = network_namespace(pid_);
    if (theirs == 0 || theirs == ours) return;
    char buffer[4096];
    const auto text = read_process_file(pid_, "net/dev", buffer);
    double received = 0, sent = 0;
    const Reason reason = text ? add_interfaces(*text, received, sent) : text.reason;
    found.received_bytes = reason == Reason::known ? Result<double>(received) : Result<double>(reason);
    found.sent_bytes = reason == Reason::known ? Result<double>(sent) : Result<double>(reason);
  }

  static Reason add_interfaces(std::string_view text, double& received, double& sent) {
    Scanner lines(text);
    std::string_view line;
    while (lines.line(line)) {
      const auto found = parse_net_dev_line(line);
      if (found.reason == Reason::unsupported) continue;
      if (!found) return found.reason;
      if (found->name == "lo") continue;
      received += found->counters[kReceivedBytes];
      sent += found->counters[kSentBytes];
    }
    return Reason::known;
  }

  const uint32_t pid_;
  const int statm_;
  uint64_t start_ticks_ = 0;
  timespec ran_{};  // its clock, when `last_` was read
  ProcessUse last_;
};

}  // namespace
}  // namespace linux_os

using namespace linux_os;

Result<std::unique_ptr<Process>> Process::open(uint32_t pid) {
  const int statm = ::open(PathText(pid, "statm").text, O_RDONLY | O_CLOEXEC);
  if (statm < 0 && errno != EMFILE && errno != ENFILE) return reason_of_process(errno);
  const bool keep = statm >= 0 && may_keep_one_more();
  if (statm >= 0 && !keep) close(statm);
  auto process = std::make_unique<LinuxProcess>(pid, keep ? statm : -1);
  const Reason reason = process->identify();
  if (reason != Reason::known) return reason;
  return Result<std::unique_ptr<Process>>(std::move(process));
}

size_t Process::kept_descriptors() { return linux_os::kept_count.load(std::memory_order_relaxed); }

}  // namespace plimsoll
