// See cpu.h. Traps: GetSystemTimes() and NtQuerySystemInformation() see one processor group (64 CPUs) and not always the
// same; kernel time has idle, interrupt and DPC time inside; fewer CPUs may be answered for than were asked.
#include "cpu.h"

#include "api.h"
#include "processor_times.h"
#include "wrapping_counter.h"

#include <bit>
#include <cstring>

namespace plimsoll::windows_os {
namespace {

constexpr size_t kMostCpusInGroup = 64;
constexpr WORD kMostGroups = 64;

struct ModeField {
  Field field;
  CpuMode mode;
  const char* name;  // in a detail row
  PdhCounter counter;
};
constexpr ModeField kModeFields[] = {
    {Field::cpu_user_seconds_total, kUser, "userSeconds", PdhCounter::cpu_user},
    {Field::cpu_system_seconds_total, kSystem, "systemSeconds", PdhCounter::cpu_privileged},
    {Field::cpu_idle_seconds_total, kIdle, "idleSeconds", PdhCounter::cpu_idle},
    {Field::cpu_irq_seconds_total, kIrq, "irqSeconds", PdhCounter::cpu_interrupt},
    {Field::cpu_softirq_seconds_total, kSoftirq, "softirqSeconds", PdhCounter::cpu_dpc},
};

// All groups into `offers`. Without the call that takes a group, one group alone can be asked for rightly.
Reason read_processor_times(Offers<kCpuModes>& offers) {
  for (Offer& offer : offers) offer.begin();
  std::array<std::byte, kMostCpusInGroup * sizeof(ProcessorTimes)> buffer;
  const WORD groups = GetActiveProcessorGroupCount();
  if (groups == 0 || groups > kMostGroups) return Reason::malformed;
  for (USHORT group = 0; group < groups; ++group) {
    ULONG bytes = 0;
    Status status = static_cast<Status>(0xC0000002);  // STATUS_NOT_IMPLEMENTED: what stands if neither call exists
    const auto room = static_cast<ULONG>(buffer.size());
    if (api().query_system_ex != nullptr) {
      status = api().query_system_ex(SystemClass::processor_performance, &group, sizeof group, buffer.data(), room, &bytes);
    }
    if (status < 0 && groups == 1 && api().query_system != nullptr) {
      status = api().query_system(SystemClass::processor_performance, buffer.data(), room, &bytes);
    }
    if (status < 0) return reason_of_status(status);
    if (bytes > room || !add_processor_times({buffer.data(), bytes}, group, offers)) return Reason::malformed;
  }
  return Reason::known;
}

// ContextSwitches of SYSTEM_PERFORMANCE_INFORMATION: https://ntdoc.m417z.com/system_performance_information
Result<uint32_t> read_context_switches() {
  constexpr size_t place = 296;
  alignas(8) std::array<std::byte, 1024> buffer;  // the structure has grown with each version
  ULONG bytes = 0;
  uint32_t switches = 0;
  if (api().query_system == nullptr) return Reason::unsupported;
  const Status status = api().query_system(SystemClass::performance, buffer.data(), static_cast<ULONG>(buffer.size()), &bytes);
  if (status < 0) return reason_of_status(status);
  if (bytes < place + sizeof switches || bytes > buffer.size()) return Reason::malformed;
  std::memcpy(&switches, buffer.data() + place, sizeof switches);
  if (switches == 0) return Reason::unsupported;  // Wine fills in nothing
  return switches;
}

// Affinity masks are per group, and since Windows 11 and Server 2022 a process runs in all groups unless told otherwise.
Result<double> allowed_cpus() {
  USHORT groups[kMostGroups];
  USHORT count = kMostGroups;
  if (GetProcessGroupAffinity(GetCurrentProcess(), &count, groups) == 0) {
    if (GetActiveProcessorGroupCount() != 1) return reason_of_error(GetLastError());
    count = 1;
    groups[0] = 0;
  }
  if (count == 1) {
    DWORD_PTR mine = 0, all = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &mine, &all) == 0) return reason_of_error(GetLastError());
    if (mine != 0) return static_cast<double>(std::popcount(mine));
  }
  double sum = 0;
  for (USHORT i = 0; i < count; ++i) sum += GetActiveProcessorCount(groups[i]);
  if (sum == 0) return Reason::malformed;
  return sum;
}

class CpuReader final : public Reader {
 public:
  explicit CpuReader(std::shared_ptr<Pdh> pdh) : pdh_(std::move(pdh)) {}

  const char* noun() const override { return "cpu"; }

  void read_rates(Sample& sample) override {
    const Reason outcome = read_processor_times(system_);
    if (outcome != Reason::known) {
      for (Offer& offer : system_) offer.fail(outcome);
    }
    offer_pdh_cpu({pdh_->of(PdhCounter::cpu_user), pdh_->of(PdhCounter::cpu_privileged), pdh_->of(PdhCounter::cpu_idle),
                   pdh_->of(PdhCounter::cpu_interrupt), pdh_->of(PdhCounter::cpu_dpc)}, from_pdh_);
    for (const auto& one : kModeFields) sample.put(one.field, totals_[one.mode].take(from_pdh_[one.mode], system_[one.mode]));
    sample.set(Field::cpu_online_count, online_cpus());
    sample.put(Field::cpu_context_switches_total, switches_.grow(read_context_switches()));
  }

  void read_slow(Sample& sample) override { sample.put(Field::cpu_allowed_count, allowed_cpus()); }

  void describe(Sources& sources) const override {
    for (const auto& one : kModeFields) {
      sources.add(one.field, pdh_->source(one.counter, "NtQuerySystemInformationEx SystemProcessorPerformanceInformation"));
    }
    sources.add(Field::cpu_context_switches_total, "NtQuerySystemInformation SystemPerformanceInformation");
    sources.add(Field::cpu_online_count, "GetActiveProcessorCount");
    sources.add(Field::cpu_allowed_count, "GetProcessGroupAffinity, GetProcessAffinityMask");
  }

  void list(Details& details) override {
    if (read_processor_times(system_) != Reason::known) return;
    for (size_t i = 0; i < system_[kUser].devices.size(); ++i) {
      DetailRow row;
      const uint64_t key = system_[kUser].devices[i].key;
      row.numbers.emplace_back("number", static_cast<double>((key >> 32) * kMostCpusInGroup + (key & 0xffffffff)));
      for (const auto& one : kModeFields) row.numbers.emplace_back(one.name, system_[one.mode].devices[i].value);
      details.cpus.push_back(std::move(row));
    }
  }

 private:
  std::shared_ptr<Pdh> pdh_;
  Offers<kCpuModes> from_pdh_;
  Offers<kCpuModes> system_;
  std::array<ServedCounter, kCpuModes> totals_;
  WrappingCounter switches_;
};

}  // namespace

double online_cpus() { return static_cast<double>(GetActiveProcessorCount(ALL_PROCESSOR_GROUPS)); }

std::unique_ptr<Reader> cpu_reader(std::shared_ptr<Pdh> pdh) { return std::make_unique<CpuReader>(std::move(pdh)); }

}  // namespace plimsoll::windows_os
