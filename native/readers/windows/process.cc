// See process.h. CPU times come in steps of the timer interrupt, 15.6 ms. Handles stand for descriptors, though they are
// events, threads and keys too; there is no limit worth the name. Page faults are not told apart, switches not counted.
#include "process.h"

#include "layouts.h"

#include <psapi.h>

namespace plimsoll::windows_os {
namespace {

constexpr double kMostThreadsAtGauges = 64;  // some microseconds for each; with more, threads are counted with the rates

double seconds(const FILETIME& time) {
  return static_cast<double>(uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) * kSecondsPerTick;
}

class ProcessReader final : public Reader {
 public:
  const char* noun() const override { return "process"; }

  void read_rates(Sample& sample) override {
    FILETIME created{}, ended{}, kernel{}, user{};
    const bool timed = GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user) != 0;
    put(sample, Field::process_user_seconds_total, timed, seconds(user));
    put(sample, Field::process_system_seconds_total, timed, seconds(kernel));
    read_io(sample);
    if (!threads_ || *threads_ > kMostThreadsAtGauges) threads_ = count_threads(api().get_next_thread);
  }

  void read_gauges(Sample& sample) override {
    PROCESS_MEMORY_COUNTERS memory{};
    const bool measured = K32GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory) != 0;
    put(sample, Field::process_rss_bytes, measured, static_cast<double>(memory.WorkingSetSize));
    DWORD handles = 0;
    const bool counted = GetProcessHandleCount(GetCurrentProcess(), &handles) != 0;
    put(sample, Field::process_open_fds_count, counted, static_cast<double>(handles));
    if (counted && handles == 0) sample.fail(Field::process_open_fds_count, Reason::unsupported);  // Wine counts none
    if (threads_ && *threads_ <= kMostThreadsAtGauges) threads_ = count_threads(api().get_next_thread);
    sample.put(Field::process_threads_count, threads_);
  }

  void describe(Sources& sources) const override {
    sources.add(Field::process_user_seconds_total, "GetProcessTimes");
    sources.add(Field::process_system_seconds_total, "GetProcessTimes");
    sources.add(Field::process_read_bytes_total, "GetProcessIoCounters (files, pipes, devices)");
    sources.add(Field::process_written_bytes_total, "GetProcessIoCounters (files, pipes, devices)");
    sources.add(Field::process_rss_bytes, "GetProcessMemoryInfo (working set)");
    sources.add(Field::process_open_fds_count, "GetProcessHandleCount (handles of any kind)");
    sources.add(Field::process_threads_count, "NtGetNextThread");
  }

 private:
  // No process comes to life without any operation: where all are 0 (Wine), nobody counts.
  static void read_io(Sample& sample) {
    IO_COUNTERS io{};
    const bool answered = GetProcessIoCounters(GetCurrentProcess(), &io) != 0;
    put(sample, Field::process_read_bytes_total, answered, static_cast<double>(io.ReadTransferCount));
    put(sample, Field::process_written_bytes_total, answered, static_cast<double>(io.WriteTransferCount));
    if (!answered || io.ReadOperationCount + io.WriteOperationCount + io.OtherOperationCount > 0) return;
    sample.fail(Field::process_read_bytes_total, Reason::unsupported);
    sample.fail(Field::process_written_bytes_total, Reason::unsupported);
  }

  static void put(Sample& sample, Field field, bool known, double value) {
    sample.put(field, known ? Result<double>(value) : Result<double>(reason_of_error(GetLastError())));
  }

  Result<double> threads_ = 0.0;
};

}  // namespace

// The system has no cheap count: walking one's own threads costs less than a snapshot of all processes.
// A thread that has ended is met as long as somebody holds a handle of it. https://ntdoc.m417z.com/ntgetnextthread
Result<double> count_threads(decltype(Api::get_next_thread) get_next) {
  constexpr ACCESS_MASK access = THREAD_QUERY_LIMITED_INFORMATION | SYNCHRONIZE;
  if (get_next == nullptr) return Reason::unsupported;
  double count = 0;
  HANDLE thread = nullptr;
  for (;;) {
    HANDLE next = nullptr;
    const Status status = get_next(GetCurrentProcess(), thread, access, 0, 0, &next);
    if (thread != nullptr) CloseHandle(thread);
    if (status == kNoMoreEntries) break;
    if (status < 0) return reason_of_status(status);
    if (next == nullptr) return Reason::malformed;
    if (WaitForSingleObject(next, 0) == WAIT_TIMEOUT) ++count;
    thread = next;
  }
  if (count == 0) return Reason::unsupported;
  return count;
}

std::unique_ptr<Reader> process_reader() { return std::make_unique<ProcessReader>(); }

}  // namespace plimsoll::windows_os
