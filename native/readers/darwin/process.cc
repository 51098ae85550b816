// See process.h. Traps: libproc's CPU times are Mach ticks, getrusage's are converted by the kernel, so CPU time is taken
// from there and is right under Rosetta too. getrusage's "voluntary" switches are only the waits of the BSD half of the
// kernel (xnu bsd/kern/kern_synch.c, _sleep), and "involuntary" is all the rest: neither is what its name says, so
// process.voluntary_switches_total and process.involuntary_switches_total stay unsupported.
#include "process.h"

#include "../clock.h"
#include "process_usage.h"
#include "sysctl.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <libproc.h>
#include <mach/mach.h>
#include <sys/proc_info.h>
#include <sys/resource.h>

namespace plimsoll::darwin_os {
namespace {

static_assert(sizeof(proc_taskinfo) == sizeof(TaskRecord) && sizeof(proc_fdinfo) == kDescriptorBytes);
static_assert(offsetof(proc_taskinfo, pti_resident_size) == offsetof(TaskRecord, resident_bytes));
static_assert(offsetof(proc_taskinfo, pti_faults) == offsetof(TaskRecord, faults));
static_assert(offsetof(proc_taskinfo, pti_threadnum) == offsetof(TaskRecord, threads));
static_assert(sizeof(rusage_info_v4) == sizeof(UsageRecord));
static_assert(offsetof(rusage_info_v4, ri_user_time) == offsetof(UsageRecord, user_ticks));
static_assert(offsetof(rusage_info_v4, ri_pageins) == offsetof(UsageRecord, pageins));
static_assert(offsetof(rusage_info_v4, ri_diskio_bytesread) == offsetof(UsageRecord, disk_read_bytes));
static_assert(offsetof(rusage_info_v4, ri_logical_writes) == offsetof(UsageRecord, logical_written_bytes));
static_assert(offsetof(rusage_info_v4, ri_runnable_time) == offsetof(UsageRecord, runnable_ticks));

static_assert(offsetof(task_vm_info, phys_footprint) == offsetof(MemoryRecord, footprint_bytes));
static_assert(TASK_VM_INFO_REV0_COUNT * sizeof(natural_t) == sizeof(MemoryRecord::first_revision));
static_assert(TASK_VM_INFO_REV1_COUNT * sizeof(natural_t) == sizeof(MemoryRecord));

constexpr size_t kFirstDescriptors = 512;
constexpr int kMostGrowths = 12;  // over two million descriptors
constexpr Field kUsageFields[] = {Field::process_read_bytes_total, Field::process_written_bytes_total, Field::process_major_faults_total};

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

class ProcessReader final : public Reader {
 public:
  ProcessReader()
      : process_(static_cast<int>(process_id())),
        descriptors_(kFirstDescriptors * kDescriptorBytes),
        most_per_process_("kern.maxfilesperproc"),
        tick_seconds_(mach_tick_seconds(Sysctl("hw.tbfrequency").number())) {}

  const char* noun() const override { return "process"; }

  void read_gauges(Sample& sample) override {
    const auto task = this->task();
    sample.put(Field::process_rss_bytes, converted(task, [](const TaskRecord& record) { return record.resident_bytes; }));
    sample.put(Field::process_footprint_bytes, converted(memory(), [](const MemoryRecord& record) { return record.footprint_bytes; }));
    sample.put(Field::process_threads_count, converted(task, [](const TaskRecord& record) { return record.threads; }));
    sample.put(Field::process_open_fds_count, open_descriptors());
  }

  void read_rates(Sample& sample) override {
    rusage times{};
    getrusage(RUSAGE_SELF, &times);  // cannot fail with these arguments
    // The kernel adds ended threads and living ones one after the other: who ends in between is in neither, this once.
    user_seconds_ = std::max(user_seconds_, seconds(times.ru_utime));
    system_seconds_ = std::max(system_seconds_, seconds(times.ru_stime));
    sample.set(Field::process_user_seconds_total, user_seconds_);
    sample.set(Field::process_system_seconds_total, system_seconds_);
    sample.put(Field::process_minor_faults_total, minor_faults(times.ru_minflt, times.ru_majflt));
    read_usage(sample);
  }

  void read_slow(Sample& sample) override { sample.put(Field::process_fd_limit_count, descriptor_limit()); }

  void describe(Sources& sources) const override {
    for (const Field field : {Field::process_rss_bytes, Field::process_threads_count}) sources.add(field, "proc_pidinfo(PROC_PIDTASKINFO)");
    sources.add(Field::process_footprint_bytes, "task_info(TASK_VM_INFO)");
    sources.add(Field::process_open_fds_count, "proc_pidinfo(PROC_PIDLISTFDS)");
    sources.add(Field::process_fd_limit_count, "getrlimit(2), sysctl kern.maxfilesperproc");
    for (const Field field : {Field::process_user_seconds_total, Field::process_system_seconds_total, Field::process_minor_faults_total}) {
      sources.add(field, "getrusage(2)");
    }
    for (const Field field : kUsageFields) sources.add(field, "proc_pid_rusage(RUSAGE_INFO_V4)");
    sources.add(Field::process_run_queue_wait_seconds_total, "proc_pid_rusage(RUSAGE_INFO_V4)");
  }

 private:
  Result<TaskRecord> task() const {
    uint8_t buffer[sizeof(TaskRecord)];
    const int answered = proc_pidinfo(process_, PROC_PIDTASKINFO, 0, buffer, sizeof buffer);
    if (answered <= 0) return reason_of(errno);
    return decode_task(Bytes(buffer, static_cast<size_t>(answered)));
  }

  // Not more than is used: later revisions add up ledgers.
  static Result<MemoryRecord> memory() {
    natural_t words[TASK_VM_INFO_REV1_COUNT];
    mach_msg_type_number_t count = TASK_VM_INFO_REV1_COUNT;
    if (task_info(mach_task_self(), TASK_VM_INFO, reinterpret_cast<task_info_t>(words), &count) != KERN_SUCCESS) return Reason::internal;
    const size_t answered = std::min<size_t>(count, std::size(words));
    return decode_memory(Bytes(reinterpret_cast<const uint8_t*>(words), answered * sizeof(natural_t)));
  }

  Result<double> open_descriptors() {
    for (int i = 0; i < kMostGrowths; ++i) {
      const int answered = proc_pidinfo(process_, PROC_PIDLISTFDS, 0, descriptors_.data(), static_cast<int>(descriptors_.size()));
      if (answered <= 0) return reason_of(errno);
      const Listing listing = listing_of(answered, descriptors_.size());
      if (listing == Listing::malformed) return Reason::malformed;
      if (listing == Listing::complete) return static_cast<double>(static_cast<size_t>(answered) / kDescriptorBytes);
      descriptors_.resize(descriptors_.size() * 2);
    }
    return Reason::internal;
  }

  // The kernel grants the soft limit or its own for any process, whichever is less: proc_limitgetcur_nofile().
  Result<double> descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return Reason::internal;
    const auto most = most_per_process_.number();
    if (most && *most < limit.rlim_cur) return static_cast<double>(*most);
    if (limit.rlim_cur == RLIM_INFINITY) return most.reason;  // it is only not known what the limit is
    return static_cast<double>(limit.rlim_cur);
  }

  Result<UsageRecord> usage() const {
    rusage_info_v4 info{};
    if (proc_pid_rusage(process_, RUSAGE_INFO_V4, reinterpret_cast<rusage_info_t*>(&info)) != 0) return reason_of(errno);
    return decode_usage(Bytes(reinterpret_cast<const uint8_t*>(&info), sizeof info));
  }

  void read_usage(Sample& sample) {
    const auto usage = this->usage();
    sample.put(Field::process_read_bytes_total, converted(usage, [](const UsageRecord& record) { return record.disk_read_bytes; }));
    sample.put(Field::process_written_bytes_total, converted(usage, [](const UsageRecord& record) { return record.disk_written_bytes; }));
    sample.put(Field::process_major_faults_total, converted(usage, [](const UsageRecord& record) { return record.pageins; }));
    if (!usage || !tick_seconds_) {
      return sample.fail(Field::process_run_queue_wait_seconds_total, usage ? tick_seconds_.reason : usage.reason);
    }
    waited_seconds_ = std::max(waited_seconds_, waiting_ticks(*usage) * *tick_seconds_);
    sample.set(Field::process_run_queue_wait_seconds_total, waited_seconds_);
  }

  const int process_;
  std::vector<uint8_t> descriptors_;  // grows with the descriptors that there are
  Sysctl most_per_process_;
  const Result<double> tick_seconds_;
  double user_seconds_ = 0;
  double system_seconds_ = 0;
  double waited_seconds_ = 0;
};

}  // namespace

std::unique_ptr<Reader> process_reader() { return std::make_unique<ProcessReader>(); }

}  // namespace plimsoll::darwin_os
