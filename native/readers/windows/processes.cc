// Other processes on Windows: GetProcessTimes and its like. See readers/processes.h.
// https://learn.microsoft.com/windows/win32/procthread/process-security-and-access-rights
//
// One handle is kept for each: it stays bound to the very process, whose times can be asked for after its end too. Nothing is handed on
// to a parent. CPU times come in steps of the timer interrupt, 15.6 ms. The number of threads is unsupported here.
#include "../processes.h"

#include "api.h"
#include "layouts.h"
#include "process_list.h"

#include <algorithm>
#include <psapi.h>

namespace plimsoll {
namespace windows_os {
namespace {

double seconds(const FILETIME& time) {
  return static_cast<double>(uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) * kSecondsPerTick;
}

double cpu_seconds(const FILETIME& kernel, const FILETIME& user) { return seconds(kernel) + seconds(user); }

// All processes, the list kept until the next call. Sampler's thread.
class ProcessList {
 public:
  Reason read() {
    if (api().query_system == nullptr) return Reason::unsupported;
    for (int attempt = 0; attempt < 4; ++attempt) {
      ULONG needed = 0;
      const Status status =
          api().query_system(SystemClass::processes, buffer_.data(), static_cast<ULONG>(buffer_.size()), &needed);
      if (status >= 0) return decode_processes(std::span(buffer_).first(std::min<size_t>(needed, buffer_.size())), list_);
      if (status != kLengthMismatch) return reason_of_status(status);
      buffer_.resize(std::max<size_t>(needed, buffer_.size()) + 16384);  // some may be born meanwhile
    }
    return Reason::internal;
  }

  const std::vector<ListedProcess>& all() const { return list_; }

 private:
  std::vector<std::byte> buffer_ = std::vector<std::byte>(65536);
  std::vector<ListedProcess> list_;
};

class WindowsProcess final : public Process {
 public:
  explicit WindowsProcess(HANDLE handle) : handle_(handle) {}
  ~WindowsProcess() override { CloseHandle(handle_); }

  // Ended once, with its last times; from then on gone, for nobody inherits them.
  ProcessUse use(bool) override {
    if (over_) return {};
    over_ = WaitForSingleObject(handle_, 0) == WAIT_OBJECT_0;
    ProcessUse found{over_ ? Life::ended : Life::running, Reason::internal, 0.0};
    FILETIME created{}, ended{}, kernel{}, user{};
    const bool timed = GetProcessTimes(handle_, &created, &ended, &kernel, &user) != 0;
    found.cpu_seconds = timed ? Result<double>(cpu_seconds(kernel, user)) : Result<double>(reason_of_error(GetLastError()));
    if (over_) return found;
    PROCESS_MEMORY_COUNTERS memory{};
    const bool measured = K32GetProcessMemoryInfo(handle_, &memory, sizeof memory) != 0;
    found.rss_bytes = measured ? Result<double>(static_cast<double>(memory.WorkingSetSize)) : Result<double>(reason_of_error(GetLastError()));
    return found;
  }

  // A parent's number is told by the list alone; whoever adopts has just taken it from there.
  Result<ProcessKin> kin() override { return ProcessKin{}; }
  bool tells_parent() const override { return false; }

  Result<ProcessDetail> detail() override {
    ProcessDetail found;
    IO_COUNTERS io{};
    const bool answered = GetProcessIoCounters(handle_, &io) != 0;
    const bool counted = io.ReadOperationCount + io.WriteOperationCount + io.OtherOperationCount > 0;  // Wine counts none
    const Reason reason = answered ? Reason::unsupported : reason_of_error(GetLastError());
    found.read_bytes = answered && counted ? Result<double>(static_cast<double>(io.ReadTransferCount)) : Result<double>(reason);
    found.written_bytes = answered && counted ? Result<double>(static_cast<double>(io.WriteTransferCount)) : Result<double>(reason);
    DWORD handles = 0;
    if (GetProcessHandleCount(handle_, &handles) != 0 && handles > 0) found.descriptors = static_cast<double>(handles);
    return found;
  }

 private:
  const HANDLE handle_;
  bool over_ = false;
};

class WindowsCensus final : public Census {
 public:
  bool newcomers(std::vector<Kinship>& found) override {
    if (list_.read() != Reason::known) return false;
    for (const ListedProcess& one : list_.all()) {
      const auto known = std::lower_bound(before_.begin(), before_.end(), one, by_pid);
      if (known == before_.end() || known->pid != one.pid || known->created != one.created) add(one, found);
    }
    before_ = list_.all();
    return !found.empty();
  }

  void everyone(std::vector<Kinship>& found) override {
    if (list_.read() != Reason::known) return;
    for (const ListedProcess& one : list_.all()) add(one, found);
  }

 private:
  static bool by_pid(const ListedProcess& a, const ListedProcess& b) { return a.pid < b.pid; }
  static void add(const ListedProcess& one, std::vector<Kinship>& found) {
    found.push_back({static_cast<uint32_t>(one.pid), static_cast<uint32_t>(one.parent)});
  }

  ProcessList list_;
  std::vector<ListedProcess> before_;
};

}  // namespace
}  // namespace windows_os

using namespace windows_os;

Result<std::unique_ptr<Process>> Process::open(uint32_t pid) {
  constexpr DWORD asked[] = {PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ | SYNCHRONIZE,
                             PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE};
  HANDLE handle = nullptr;
  for (const DWORD access : asked) {
    if (handle == nullptr) handle = OpenProcess(access, FALSE, pid);
  }
  if (handle == nullptr) return GetLastError() == ERROR_INVALID_PARAMETER ? Reason::gone : reason_of_error(GetLastError());
  if (WaitForSingleObject(handle, 0) == WAIT_OBJECT_0) {
    CloseHandle(handle);
    return Reason::gone;
  }
  return Result<std::unique_ptr<Process>>(std::make_unique<WindowsProcess>(handle));
}

size_t Process::kept_descriptors() { return 0; }

std::unique_ptr<Census> Census::open() { return std::make_unique<WindowsCensus>(); }

uint64_t this_thread() { return GetCurrentThreadId(); }

Result<double> thread_cpu_seconds(uint64_t thread) {
  const HANDLE handle = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(thread));
  if (handle == nullptr) return Reason::gone;
  FILETIME created{}, ended{}, kernel{}, user{};
  const bool timed = GetThreadTimes(handle, &created, &ended, &kernel, &user) != 0;
  CloseHandle(handle);
  return timed ? Result<double>(cpu_seconds(kernel, user)) : Result<double>(Reason::internal);
}

Result<double> thread_wait_seconds(uint64_t) { return Reason::unsupported; }

}  // namespace plimsoll
