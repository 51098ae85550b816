// See container.h. Of nested jobs the system shows a process the innermost one, and a child of Node is in one of libuv's, so
// is Node itself once it has started a child: there, limits are unknown. A job limits committed memory and charges
// no page cache, so what it has committed is its working set in the sense of these fields; it counts processes, not
// threads. Throttled time, the OOM killer and pressure it does not know.
#include "container.h"

#include "api.h"
#include "cpu.h"
#include "job_limits.h"

#include <string>

namespace plimsoll::windows_os {
namespace {

// JOBOBJECT_MEMORY_USAGE_INFORMATION, class 28 since Windows 10: not in the headers. https://ntdoc.m417z.com/jobobjectinfoclass
struct JobMemory {
  uint64_t now;
  uint64_t peak;
};
constexpr auto kJobMemoryClass = static_cast<JOBOBJECTINFOCLASS>(28);

constexpr Field kLimitFields[] = {Field::container_memory_limit_bytes, Field::container_memory_binding_limit_bytes,
                                  Field::container_pids_limit_count, Field::container_cpu_quota_cores};
constexpr Field kMemoryFields[] = {Field::container_memory_current_bytes, Field::container_memory_working_set_bytes,
                                   Field::container_memory_binding_working_set_bytes};
constexpr Field kRateFields[] = {Field::container_cpu_usage_seconds_total, Field::container_pids_current_count,
                                 Field::container_io_read_bytes_total, Field::container_io_written_bytes_total};

template <typename T>
Result<T> query(JOBOBJECTINFOCLASS information) {
  T answer{};
  if (QueryInformationJobObject(nullptr, information, &answer, sizeof answer, nullptr) == 0) return reason_of_error(GetLastError());
  return answer;
}

class ContainerReader final : public Reader {
 public:
  const char* noun() const override { return "container"; }

  void read_slow(Sample& sample) override {
    BOOL in_job = FALSE;
    in_job_ = IsProcessInJob(GetCurrentProcess(), nullptr, &in_job) != 0 && in_job != FALSE;
    if (!in_job_) {
      for (const Field field : kLimitFields) sample.fail(field, Reason::unsupported);
      memory_limit_ = Reason::unsupported;
      return;
    }
    const auto limits = query<JobLimits>(JobObjectExtendedLimitInformation);
    memory_limit_ = limits ? memory_limit(*limits) : Result<double>(limits.reason);
    sample.put(Field::container_memory_limit_bytes, memory_limit_);
    sample.put(Field::container_pids_limit_count, limits ? process_limit(*limits) : Result<double>(limits.reason));
    const auto rate = query<JobCpuRate>(JobObjectCpuRateControlInformation);
    const Reason unset = limits ? where_unset(*limits) : limits.reason;
    libuv_job_ = limits && unset == Reason::unsupported;
    sample.put(Field::container_cpu_quota_cores, rate ? quota_cores(*rate, online_cpus(), unset) : Result<double>(rate.reason));
  }

  void read_rates(Sample& sample) override {
    const auto found = in_job_ ? query<JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION>(JobObjectBasicAndIoAccountingInformation)
                               : Result<JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION>(Reason::unsupported);
    if (!found) {
      for (const Field field : kRateFields) sample.fail(field, found.reason);
      return;
    }
    const int64_t ticks = found->BasicInfo.TotalUserTime.QuadPart + found->BasicInfo.TotalKernelTime.QuadPart;
    sample.set(Field::container_cpu_usage_seconds_total, static_cast<double>(ticks) * kSecondsPerTick);
    sample.set(Field::container_pids_current_count, static_cast<double>(found->BasicInfo.ActiveProcesses));
    sample.set(Field::container_io_read_bytes_total, static_cast<double>(found->IoInfo.ReadTransferCount));
    sample.set(Field::container_io_written_bytes_total, static_cast<double>(found->IoInfo.WriteTransferCount));
  }

  void read_gauges(Sample& sample) override {
    const auto memory = in_job_ ? query<JobMemory>(kJobMemoryClass) : Result<JobMemory>(Reason::unsupported);
    const auto now = memory ? Result<double>(static_cast<double>(memory->now)) : Result<double>(memory.reason);
    sample.put(Field::container_memory_current_bytes, now);
    sample.put(Field::container_memory_working_set_bytes, now);
    sample.put(Field::container_memory_binding_limit_bytes, memory_limit_);
    sample.put(Field::container_memory_binding_working_set_bytes, memory_limit_ ? now : Result<double>(memory_limit_.reason));
  }

  void describe(Sources& sources) const override {
    if (!in_job_) {
      for (const Field field : kLimitFields) sources.add(field, "no job object");
      for (const Field field : kMemoryFields) sources.add(field, "no job object");
      for (const Field field : kRateFields) sources.add(field, "no job object");
      return;
    }
    const std::string shown = libuv_job_ ? " (of libuv's own job: the one around it does not show)" : "";
    for (const Field field : kLimitFields) sources.add(field, "JobObjectExtendedLimitInformation" + shown);
    sources.add(Field::container_cpu_quota_cores, "JobObjectCpuRateControlInformation" + shown);
    for (const Field field : kMemoryFields) sources.add(field, "JobObjectMemoryUsageInformation (committed)");
    for (const Field field : kRateFields) sources.add(field, "JobObjectBasicAndIoAccountingInformation");
    sources.add(Field::container_pids_current_count, "JobObjectBasicAndIoAccountingInformation (processes)");
    sources.add(Field::container_io_read_bytes_total, "JobObjectBasicAndIoAccountingInformation (files, pipes, devices)");
    sources.add(Field::container_io_written_bytes_total, "JobObjectBasicAndIoAccountingInformation (files, pipes, devices)");
  }

 private:
  bool in_job_ = false;
  bool libuv_job_ = false;
  Result<double> memory_limit_ = Reason::unsupported;
};

}  // namespace

std::unique_ptr<Reader> container_reader() { return std::make_unique<ContainerReader>(); }

}  // namespace plimsoll::windows_os
