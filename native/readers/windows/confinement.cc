// See ../confinement.h: a job object for each child. Jobs nest since Windows 8, so that it stands beside the one in which
// libuv keeps all children. libuv gives no moment between making a child and starting it: a child runs without limits
// until it is taken in, and what it starts by then stays outside.
// https://learn.microsoft.com/windows/win32/procthread/job-objects
#include "../confinement.h"

#include "api.h"

namespace plimsoll {
namespace {

constexpr double kSecondsPerTick = 1e-7;

int last_error() { return static_cast<int>(GetLastError()); }

class WindowsJob final : public Job {
 public:
  explicit WindowsJob(HANDLE handle) : handle_(handle) {}
  ~WindowsJob() override { CloseHandle(handle_); }

  int limit(const JobTerms& terms) override {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (terms.memory_bytes >= 0) {
      limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
      limits.JobMemoryLimit = static_cast<SIZE_T>(terms.memory_bytes);
    }
    if (terms.processes >= 0) {
      limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
      limits.BasicLimitInformation.ActiveProcessLimit = static_cast<DWORD>(terms.processes);
    }
    if (SetInformationJobObject(handle_, JobObjectExtendedLimitInformation, &limits, sizeof limits) == 0) return last_error();
    return limit_rate(terms.cpu_rate);
  }

  int take_in(uint32_t process) override {
    const HANDLE handle = OpenProcess(PROCESS_SET_QUOTA | PROCESS_TERMINATE, FALSE, process);
    if (handle == nullptr) return last_error();
    const int error = AssignProcessToJobObject(handle_, handle) != 0 ? 0 : last_error();
    CloseHandle(handle);
    return error;
  }

  // One by one: Wine answers some of them.
  JobUse read() override {
    JobUse use;
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts{};
    if (query(JobObjectBasicAccountingInformation, counts)) {
      use.user_seconds = static_cast<double>(counts.TotalUserTime.QuadPart) * kSecondsPerTick;
      use.system_seconds = static_cast<double>(counts.TotalKernelTime.QuadPart) * kSecondsPerTick;
      use.processes = static_cast<double>(counts.ActiveProcesses);
    }
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION io{};
    if (query(JobObjectBasicAndIoAccountingInformation, io)) {
      use.read_bytes = static_cast<double>(io.IoInfo.ReadTransferCount);
      use.written_bytes = static_cast<double>(io.IoInfo.WriteTransferCount);
    }
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    // What ran had memory: a peak of 0 is one that is not counted.
    if (query(JobObjectExtendedLimitInformation, limits) && limits.PeakJobMemoryUsed > 0) {
      use.memory_peak_bytes = static_cast<double>(limits.PeakJobMemoryUsed);
    }
    return use;
  }

  int end() override { return TerminateJobObject(handle_, 1) != 0 ? 0 : last_error(); }

 private:
  template <typename T>
  bool query(JOBOBJECTINFOCLASS information, T& answer) {
    return QueryInformationJobObject(handle_, information, &answer, sizeof answer, nullptr) != 0;
  }

  int limit_rate(double rate) {
    if (rate < 0 && !rated_) return 0;  // where rates are unknown to the system, nothing fails that did not ask for one
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION control{};
    if (rate >= 0) {
      control.ControlFlags = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
      control.CpuRate = static_cast<DWORD>(rate);
    }
    if (SetInformationJobObject(handle_, JobObjectCpuRateControlInformation, &control, sizeof control) == 0) return last_error();
    rated_ = rate >= 0;
    return 0;
  }

  HANDLE handle_;
  bool rated_ = false;
};

class WindowsConfinement final : public Confinement {
 public:
  std::unique_ptr<Job> make_job() override {
    const HANDLE handle = CreateJobObjectW(nullptr, nullptr);
    if (handle == nullptr) return nullptr;
    return std::make_unique<WindowsJob>(handle);
  }
};

}  // namespace

Confinement& confinement() {
  static WindowsConfinement one;
  return one;
}

}  // namespace plimsoll
