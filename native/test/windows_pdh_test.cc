// The readers of Windows against a pdh.dll that plays counters (test/windows/pdh/pdh.cc), under Wine or on Windows: see
// test/package/native.mjs. Each test is one run of a platform: tick() is one reading of the rates. PLIMSOLL_PDH_PLAYS is the folder of
// the *.play files, PLIMSOLL_ADDON the addon.
#include "../readers/clock.h"
#include "../readers/reader.h"
#include "../readers/windows/api.h"
#include "../readers/windows/interfaces.h"
#include "../readers/windows/process.h"
#include "check.h"

#include <cstdlib>
#include <fstream>

using namespace plimsoll;
using namespace plimsoll::windows_os;

namespace {

constexpr DWORD kOpeningMs = 300;  // the first question opens the query and is not waited for

std::string folder() {
  const char* named = std::getenv("PLIMSOLL_PDH_PLAYS");
  return std::string(named == nullptr ? "." : named) + "\\";
}

struct Run {
  explicit Run(const std::string& file) {
    SetEnvironmentVariableA("PLIMSOLL_PDH_PLAY", file.c_str());
    platform = Platform::open({});
    for (const auto& reader : platform->readers()) reader->read_slow(sample);
    tick();
    source(Field::cpu_user_seconds_total);  // waits for the first answer
    Sleep(kOpeningMs);
  }

  void tick() {
    before = sample;
    const double started = monotonic_seconds();
    for (const auto& reader : platform->readers()) reader->read_rates(sample);
    took_seconds = monotonic_seconds() - started;
  }

  double grown(Field field) const { return sample.value(field) - before.value(field); }

  std::string source(Field field) const {
    Sources sources;
    for (const auto& reader : platform->readers()) reader->describe(sources);
    return sources.of(field);
  }

  std::unique_ptr<Platform> platform;
  Sample sample, before;
  double took_seconds = 0;
};

constexpr Field kCpuFields[] = {Field::cpu_user_seconds_total, Field::cpu_system_seconds_total, Field::cpu_idle_seconds_total,
                                Field::cpu_irq_seconds_total, Field::cpu_softirq_seconds_total};
constexpr double kSeconds[] = {10, 20, 30, 4, 2};  // what each step of steady.play adds: over both CPUs

// The names under which PDH knows the interfaces of this machine that count.
std::vector<std::string> counted_interfaces() {
  MIB_IF_TABLE2* table = nullptr;
  CHECK(api().get_interfaces != nullptr && api().get_interfaces(&table) == NO_ERROR);
  std::vector<std::string> names;
  if (table == nullptr) return names;
  std::vector<CountedInterface> interfaces;
  const size_t bytes = kInterfaceRowsAt + table->NumEntries * sizeof(InterfaceRow);
  CHECK_EQ(decode_interfaces({reinterpret_cast<const std::byte*>(table), bytes}, interfaces), Reason::known);
  api().free_table(table);
  for (const auto& one : interfaces) {
    if (!one.counted) continue;
    names.emplace_back();
    for (const char16_t* c = one.row.description; *c != 0; ++c) names.back() += static_cast<char>(*c == u'(' ? u'[' : *c == u')' ? u']' : *c);
  }
  CHECK(!names.empty());
  return names;
}

}  // namespace

TEST("first sample: the system's own call serves; from the second on, PDH does, and nothing jumps") {
  Run run(folder() + "steady.play");
  run.tick();  // PDH's first answer in time: it has nothing to subtract from yet
  for (size_t i = 0; i < 5; ++i) {
    CHECK_EQ(run.sample.reason(kCpuFields[i]), Reason::known);
    CHECK(run.grown(kCpuFields[i]) < 5);  // Wine's own CPUs in a third of a second
  }
  for (int step = 0; step < 2; ++step) {
    run.tick();
    for (size_t i = 0; i < 5; ++i) CHECK_EQ(run.grown(kCpuFields[i]), kSeconds[i]);
    CHECK_EQ(run.grown(Field::disk_read_bytes_total), 4096.0);
    CHECK_EQ(run.grown(Field::disk_written_bytes_total), 8192.0);
    CHECK_EQ(run.grown(Field::disk_reads_total), 3.0);
    CHECK_EQ(run.grown(Field::disk_writes_total), 5.0);
    CHECK_EQ(run.grown(Field::disk_busy_seconds_total), 0.25);
    CHECK_EQ(run.sample.value(Field::disk_devices_count), 2.0);
  }
  CHECK(run.sample.value(Field::disk_busy_seconds_total) < 10);  // it has no zero point: it began at 0
  CHECK_EQ(run.source(Field::cpu_user_seconds_total), std::string("PDH \\Processor Information(*)\\% User Time"));
}

TEST("an instance appears: it starts at 0; one vanishes: it takes nothing away; one without data is left out") {
  Run run(folder() + "instances.play");
  run.tick();
  run.tick();  // disk 1 appears
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 100.0);
  CHECK_EQ(run.sample.value(Field::disk_devices_count), 2.0);
  run.tick();  // both grow; the array has grown between size and read
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 300.0);
  run.tick();  // disk 0 has vanished
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 7.0);
  run.tick();  // disk 1 is there without valid data, disk 2 with
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 0.0);
  CHECK_EQ(run.sample.value(Field::disk_devices_count), 1.0);
}

TEST("a counter that steps back adds nothing, then goes on from there") {
  Run run(folder() + "reset.play");
  run.tick();
  run.tick();
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 0.0);
  run.tick();
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 50.0);
}

TEST("reads of a disk have 32 bits: nothing is lost when they wrap; bytes that step back add nothing") {
  Run run(folder() + "wrap.play");
  run.tick();
  run.tick();
  CHECK_EQ(run.grown(Field::disk_reads_total), 10.0 + 1.0);
  CHECK_EQ(run.grown(Field::disk_read_bytes_total), 0.0);
  run.tick();
  CHECK_EQ(run.grown(Field::disk_reads_total), 5.0);
}

TEST("more than 64 CPUs in several groups") {
  Run run(folder() + "groups.play");
  run.tick();
  run.tick();
  CHECK_EQ(run.grown(Field::cpu_user_seconds_total), 64 * 1.0 + 64 * 2.0 + 32 * 3.0);
}

TEST("a missing object: that noun falls back, the others do not") {
  Run run(folder() + "missing.play");
  run.tick();
  run.tick();
  CHECK_EQ(run.grown(Field::cpu_user_seconds_total), 10.0);
  const std::string disk = run.source(Field::disk_read_bytes_total);
  CHECK(disk.starts_with("IOCTL_DISK_PERFORMANCE") && disk.ends_with(" (PDH answers 0xC0000BB8)"));
  // Wine's drives refuse it: that is no count of 0, and doctor says what turns it on.
  const bool refused = run.sample.reason(Field::disk_read_bytes_total) == Reason::unsupported;
  CHECK_EQ(run.sample.reason(Field::disk_devices_count), run.sample.reason(Field::disk_read_bytes_total));
  CHECK_EQ(disk.find("diskperf -y") != std::string::npos, refused);
  CHECK(run.source(Field::network_sent_bytes_total).find("GetIfTable2 (PDH answers 0xC0000BB8)") == 0);
  // One counter of five is missing: idle time has its fallback, user time has not.
  CHECK(run.source(Field::cpu_idle_seconds_total).find("NtQuerySystemInformationEx") == 0);
  CHECK(run.grown(Field::cpu_idle_seconds_total) < 5);
}

TEST("a registry that turns corrupt while running: the fallback goes on without a gap or a jump") {
  Run run(folder() + "corrupt.play");
  run.tick();
  run.tick();
  CHECK_EQ(run.grown(Field::cpu_user_seconds_total), 10.0);
  for (int step = 0; step < 5; ++step) {
    run.tick();
    CHECK_EQ(run.sample.reason(Field::cpu_user_seconds_total), Reason::known);
    CHECK(run.grown(Field::cpu_user_seconds_total) >= 0);
    CHECK(run.grown(Field::cpu_user_seconds_total) < 5);
  }
  CHECK(run.source(Field::cpu_user_seconds_total).find("(PDH answers 0xC0000BB8)") != std::string::npos);
}

TEST("a provider that hangs holds nobody up for long") {
  Run run(folder() + "hang.play");
  run.tick();
  run.tick();  // the collection that hangs
  CHECK(run.took_seconds < 0.2);
  CHECK_EQ(run.sample.reason(Field::cpu_user_seconds_total), Reason::known);
  CHECK(run.grown(Field::cpu_user_seconds_total) < 5);
  run.tick();  // still hanging: not asked
  CHECK(run.took_seconds < 0.1);
}

TEST("no play file: PDH refuses to open, everything falls back") {
  Run run(folder() + "there-is-none.play");
  run.tick();
  CHECK_EQ(run.sample.reason(Field::cpu_user_seconds_total), Reason::known);
  CHECK(run.source(Field::cpu_user_seconds_total).find("NtQuerySystemInformationEx") == 0);
}

TEST("a program without Node-API: the addon refuses to load, and that is all") {
  char addon[MAX_PATH];
  CHECK(GetEnvironmentVariableA("PLIMSOLL_ADDON", addon, sizeof addon) != 0);
  CHECK(LoadLibraryA(addon) == nullptr);
  CHECK_EQ(GetLastError(), static_cast<DWORD>(ERROR_DLL_INIT_FAILED));
}

TEST("network: PDH serves where it knows every interface that counts, by its description") {
  const auto names = counted_interfaces();
  const std::string file = folder() + "..\\network-test.play";
  {
    std::ofstream play(file);
    for (int step = 0; step < 4; ++step) {
      play << "collect\n\\Network Interface(*)\\Bytes Received/sec|isatap.nobody|" << step * 1000000 << "|0\n";
      for (const auto& name : names) play << "\\Network Interface(*)\\Bytes Received/sec|" << name << '|' << step * 1000 << "|0\n";
    }
  }
  Run run(file);
  run.tick();
  run.tick();
  CHECK_EQ(run.grown(Field::network_received_bytes_total), 1000.0 * static_cast<double>(names.size()));
  CHECK(run.grown(Field::network_sent_bytes_total) < 1e6);  // not in PDH: the table's
  std::remove(file.c_str());
}

// Each array is larger than those before it, so that the one buffer for all is too small again and again.
TEST("a buffer that is too small gets PDH_INVALID_ARGUMENT, or a size of no use: every counter is served all the same") {
  const auto names = counted_interfaces();
  const std::string file = folder() + "..\\short-test.play";
  for (const char* answer : {"C0000BBD", "800007D2"}) {
    {
      std::ofstream play(file);
      play << "short " << answer << '\n';
      for (int step = 0; step < 12; ++step) {
        play << "collect\n\\Processor Information(*)\\% User Time|0,0|" << step * 70000000 << "|0\n";
        for (int disk = 0; disk < 12; ++disk) play << "\\PhysicalDisk(*)\\Disk Read Bytes/sec|" << disk << " C:|" << step * 500 << "|0\n";
        for (int other = 0; other < 40; ++other) play << "\\Network Interface(*)\\Bytes Received/sec|isatap.nobody " << other << "|0|0\n";
        for (const auto& name : names) play << "\\Network Interface(*)\\Bytes Received/sec|" << name << '|' << step * 1000 << "|0\n";
      }
    }
    Run run(file);
    for (int tries = 0; tries < 9 && std::isnan(run.grown(Field::disk_read_bytes_total)); ++tries) {
      if (tries > 1) Sleep(kOpeningMs);  // a busy machine answers late
      run.tick();
    }
    CHECK_EQ(run.grown(Field::cpu_user_seconds_total), 7.0);
    CHECK_EQ(run.grown(Field::disk_read_bytes_total), 12 * 500.0);
    CHECK_EQ(run.sample.value(Field::disk_devices_count), 12.0);
    CHECK_EQ(run.grown(Field::network_received_bytes_total), 1000.0 * static_cast<double>(names.size()));
    std::remove(file.c_str());
  }
}

TEST("threads of this process: a walk that breaks off with an error is no count") {
  CHECK(*count_threads(api().get_next_thread) >= 1);
  CHECK_EQ(count_threads(nullptr).reason, Reason::unsupported);
  constexpr auto breaks_off = [](HANDLE process, HANDLE thread, ACCESS_MASK access, ULONG attributes, ULONG flags, HANDLE* next) -> Status {
    if (thread != nullptr) return static_cast<Status>(0xC0000022);  // STATUS_ACCESS_DENIED
    return api().get_next_thread(process, thread, access, attributes, flags, next);
  };
  CHECK_EQ(count_threads(breaks_off).reason, Reason::denied);
}

// Last: a process cannot leave a job.
TEST("job object: limits and accounting of the job that this process is in") {
  const HANDLE job = CreateJobObjectW(nullptr, nullptr);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_JOB_MEMORY | JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
  limits.BasicLimitInformation.ActiveProcessLimit = 7;
  limits.JobMemoryLimit = size_t{3} << 30;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate{};
  rate.ControlFlags = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
  rate.CpuRate = 5000;
  const bool has_rate = SetInformationJobObject(job, JobObjectCpuRateControlInformation, &rate, sizeof rate) != 0;
  CHECK(AssignProcessToJobObject(job, GetCurrentProcess()) != 0);
  const auto platform = Platform::open({});
  Sample sample;
  for (const auto& reader : platform->readers()) {
    reader->read_slow(sample);
    reader->read_rates(sample);
    reader->read_gauges(sample);
  }
  for (const Field field : {Field::container_memory_limit_bytes, Field::container_pids_limit_count, Field::container_cpu_quota_cores,
                            Field::container_memory_current_bytes, Field::container_memory_binding_limit_bytes,
                            Field::container_cpu_usage_seconds_total, Field::container_pids_current_count}) {
    std::cout << "     " << info(field).name << ' ' << sample.value(field) << ' ' << plimsoll::test::shown(sample.reason(field)) << '\n';
  }
  // Wine keeps the list of processes and little else: what it refuses is unknown there, never 0.
  if (has_rate) CHECK_EQ(sample.value(Field::container_cpu_quota_cores), sample.value(Field::cpu_online_count) / 2);
  const auto known = [&sample](Field field) { return sample.reason(field) == Reason::known; };
  if (known(Field::container_memory_limit_bytes)) CHECK_EQ(sample.value(Field::container_memory_limit_bytes), 3.0 * (1 << 30));
  if (known(Field::container_pids_current_count)) CHECK(sample.value(Field::container_pids_current_count) >= 1);
}
