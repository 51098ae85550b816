// Other processes on macOS: proc_pid_rusage() and libproc. See readers/processes.h. NOT RUN where it is developed: see readers.cc.
// xnu bsd/kern/proc_info.c, bsd/kern/kern_resource.c, bsd/kern/kern_exit.c (what is handed on: ruadd_info)
//
// Nothing is kept open: proc_pid_rusage() answers with the start time together with the figures, so a number that was given to
// another process is seen at once. It does not know processes that have ended and were not waited for; sysctl does.
// Another user's processes are denied, unless this one is root.
#include "../processes.h"

#include "process_usage.h"
#include "sysctl.h"

#include <algorithm>
#include <cerrno>
#include <libproc.h>
#include <mach/mach.h>
#include <pthread.h>
#include <sys/proc_info.h>
#include <sys/resource.h>
#include <sys/sysctl.h>

namespace plimsoll {
namespace darwin_os {
namespace {

double tick_seconds() {
  static const double seconds = [] {
    const auto tick = mach_tick_seconds(Sysctl("hw.tbfrequency").number());
    return tick ? *tick : 1e-9;
  }();
  return seconds;
}

Result<UsageRecord> usage_of(uint32_t pid) {
  rusage_info_v4 info{};
  if (proc_pid_rusage(static_cast<int>(pid), RUSAGE_INFO_V4, reinterpret_cast<rusage_info_t*>(&info)) != 0) return reason_of(errno);
  return decode_usage(Bytes(reinterpret_cast<const uint8_t*>(&info), sizeof info));
}

bool is_zombie(uint32_t pid) {
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, static_cast<int>(pid)};
  kinfo_proc found{};
  size_t length = sizeof found;
  return sysctl(name, 4, &found, &length, nullptr, 0) == 0 && length == sizeof found && found.kp_proc.p_stat == SZOMB;
}

Result<proc_bsdinfo> description_of(uint32_t pid) {
  proc_bsdinfo info{};
  const int answered = proc_pidinfo(static_cast<int>(pid), PROC_PIDTBSDINFO, 0, &info, sizeof info);
  if (answered != static_cast<int>(sizeof info)) return answered <= 0 ? reason_of(errno) : Reason::malformed;
  return info;
}

class DarwinProcess final : public Process {
 public:
  DarwinProcess(uint32_t pid, uint64_t started) : pid_(pid), started_(started) {}

  ProcessUse use(bool) override {
    const auto usage = same_usage();
    if (usage) {
      last_ = {Life::running, seconds(usage->user_ticks + usage->system_ticks), static_cast<double>(usage->memory_bytes[1])};
    } else if (usage.reason != Reason::gone) {
      return {Life::running, usage.reason, usage.reason};
    } else {
      last_.life = is_zombie(pid_) ? Life::ended : Life::gone;
    }
    return last_;
  }

  Result<ProcessKin> kin() override {
    const auto described = description_of(pid_);
    const auto usage = same_usage();  // after: so the description was of the same process
    if (!usage) return usage.reason;
    if (!described) return described.reason;
    return ProcessKin{described->pbi_ppid, 0, seconds(usage->children[0] + usage->children[1])};
  }

  Result<ProcessDetail> detail() override {
    ProcessDetail found;
    found.descriptors = open_descriptors();
    found.threads = threads();
    const auto usage = same_usage();
    if (!usage) return usage.reason;
    found.read_bytes = static_cast<double>(usage->disk_read_bytes);
    found.written_bytes = static_cast<double>(usage->disk_written_bytes);
    waited_ticks_ = std::max(waited_ticks_, waiting_ticks(*usage));
    found.wait_seconds = waited_ticks_ * tick_seconds();
    return found;
  }

 private:
  static double seconds(uint64_t ticks) { return static_cast<double>(ticks) * tick_seconds(); }

  Result<UsageRecord> same_usage() const {
    auto usage = usage_of(pid_);
    if (usage && usage->life_ticks[0] != started_) return Reason::gone;
    return usage;
  }

  Result<double> threads() const {
    uint8_t buffer[sizeof(TaskRecord)];
    const int answered = proc_pidinfo(static_cast<int>(pid_), PROC_PIDTASKINFO, 0, buffer, sizeof buffer);
    if (answered <= 0) return reason_of(errno);
    return converted(decode_task(Bytes(buffer, static_cast<size_t>(answered))), [](const TaskRecord& task) { return task.threads; });
  }

  Result<double> open_descriptors() const {
    static thread_local std::vector<uint8_t> room(4096);  // grows with the descriptors that there are
    for (int growths = 0; growths < 12; ++growths) {
      const int answered = proc_pidinfo(static_cast<int>(pid_), PROC_PIDLISTFDS, 0, room.data(), static_cast<int>(room.size()));
      if (answered <= 0) return reason_of(errno);
      const Listing listing = listing_of(answered, room.size());
      if (listing == Listing::malformed) return Reason::malformed;
      if (listing == Listing::complete) return static_cast<double>(static_cast<size_t>(answered) / kDescriptorBytes);
      room.resize(room.size() * 2);
    }
    return Reason::internal;
  }

  const uint32_t pid_;
  const uint64_t started_;
  ProcessUse last_;
  double waited_ticks_ = 0;
};

// Who has a number that nobody had at the last call.
class DarwinCensus final : public Census {
 public:
  bool newcomers(std::vector<Kinship>& found) override {
    list();
    for (const uint32_t pid : now_) {
      if (!std::binary_search(before_.begin(), before_.end(), pid)) add(pid, found);
    }
    std::swap(before_, now_);
    return !found.empty();
  }

  void everyone(std::vector<Kinship>& found) override {
    list();
    for (const uint32_t pid : now_) add(pid, found);
  }

 private:
  static void add(uint32_t pid, std::vector<Kinship>& found) {
    if (const auto described = description_of(pid)) found.push_back({pid, described->pbi_ppid});
  }

  void list() {
    const int needed = proc_listallpids(nullptr, 0);
    pids_.resize(static_cast<size_t>(std::max(needed, 0)) + 64);  // some may be born meanwhile
    const int count = proc_listallpids(pids_.data(), static_cast<int>(pids_.size() * sizeof(int)));
    now_.clear();
    for (int i = 0; i < count; ++i) {
      if (pids_[static_cast<size_t>(i)] > 0) now_.push_back(static_cast<uint32_t>(pids_[static_cast<size_t>(i)]));
    }
    std::sort(now_.begin(), now_.end());
  }

  std::vector<int> pids_;
  std::vector<uint32_t> now_;
  std::vector<uint32_t> before_;
};

}  // namespace
}  // namespace darwin_os

using namespace darwin_os;

Result<std::unique_ptr<Process>> Process::open(uint32_t pid) {
  const auto usage = usage_of(pid);
  if (!usage) return usage.reason;
  return Result<std::unique_ptr<Process>>(std::make_unique<DarwinProcess>(pid, usage->life_ticks[0]));
}

size_t Process::kept_descriptors() { return 0; }

std::unique_ptr<Census> Census::open() { return std::make_unique<DarwinCensus>(); }

uint64_t this_thread() { return pthread_mach_thread_np(pthread_self()); }

// The kernel converts these to microseconds itself: see clock.cc.
Result<double> thread_cpu_seconds(uint64_t thread) {
  thread_basic_info info{};
  mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
  const auto port = static_cast<thread_act_t>(thread);
  if (thread_info(port, THREAD_BASIC_INFO, reinterpret_cast<thread_info_t>(&info), &count) != KERN_SUCCESS) return Reason::gone;
  return static_cast<double>(info.user_time.seconds) + static_cast<double>(info.system_time.seconds) +
         (static_cast<double>(info.user_time.microseconds) + static_cast<double>(info.system_time.microseconds)) * 1e-6;
}

Result<double> thread_wait_seconds(uint64_t) { return Reason::unsupported; }

}  // namespace plimsoll
