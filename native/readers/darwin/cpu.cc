// See cpu.h. Traps: host_statistics(HOST_CPU_LOAD_INFO) would be one call less, but third parties get stale copies of it
// since macOS 10.14 and it adds all CPUs up in 32 bits; host_processor_info() is neither. It hands out memory of its own
// that has to be given back: the one allocation of this reading, by the kernel.
#include "cpu.h"

#include "cpu_ticks.h"
#include "sysctl.h"

#include <cmath>
#include <mach/mach.h>
#include <mach/mach_host.h>
#include <mach/processor_info.h>
#include <sys/sysctl.h>

namespace plimsoll::darwin_os {
namespace {

static_assert(CPU_STATE_USER == kUser && CPU_STATE_SYSTEM == kSystem && CPU_STATE_IDLE == kIdle && CPU_STATE_NICE == kNice);
static_assert(PROCESSOR_CPU_LOAD_INFO_COUNT == kTicksPerCpu && sizeof(integer_t) == sizeof(uint32_t));
static_assert(sizeof(loadavg) == sizeof(LoadRecord) && offsetof(loadavg, fscale) == offsetof(LoadRecord, scale));

struct ModeField {
  CpuMode mode;
  Field field;
  const char* name;  // in a detail row
};
constexpr ModeField kModeFields[] = {
    {kUser, Field::cpu_user_seconds_total, "userSeconds"},
    {kNice, Field::cpu_nice_seconds_total, "niceSeconds"},
    {kSystem, Field::cpu_system_seconds_total, "systemSeconds"},
    {kIdle, Field::cpu_idle_seconds_total, "idleSeconds"},
};
constexpr const char* kAbsentModes[] = {"iowaitSeconds", "irqSeconds", "softirqSeconds", "stealSeconds", "guestSeconds"};
constexpr Field kLoadFields[] = {Field::cpu_load_1m, Field::cpu_load_5m, Field::cpu_load_15m};

// Ticks of every CPU, for as long as this lives.
class ProcessorTicks {
 public:
  explicit ProcessorTicks(host_t host) {
    natural_t cpus = 0;
    outcome_ = host_processor_info(host, PROCESSOR_CPU_LOAD_INFO, &cpus, &memory_, &count_);
    if (outcome_ == KERN_SUCCESS && count_ != cpus * kTicksPerCpu) outcome_ = KERN_FAILURE;
  }
  ProcessorTicks(const ProcessorTicks&) = delete;
  ProcessorTicks& operator=(const ProcessorTicks&) = delete;
  ~ProcessorTicks() {
    if (memory_ != nullptr) vm_deallocate(mach_task_self(), reinterpret_cast<vm_address_t>(memory_), count_ * sizeof *memory_);
  }

  Reason reason() const {
    if (outcome_ == KERN_SUCCESS) return Reason::known;
    if (outcome_ == KERN_RESOURCE_SHORTAGE || outcome_ == KERN_NO_SPACE) return Reason::internal;
    return outcome_ == KERN_FAILURE ? Reason::malformed : Reason::unsupported;
  }
  std::span<const uint32_t> all() const { return {reinterpret_cast<const uint32_t*>(memory_), count_}; }

 private:
  processor_info_array_t memory_ = nullptr;
  mach_msg_type_number_t count_ = 0;  // of 32-bit words
  kern_return_t outcome_ = KERN_FAILURE;
};

class CpuReader final : public Reader {
 public:
  CpuReader() : host_(mach_host_self()), active_("hw.activecpu"), load_("vm.loadavg") {}
  ~CpuReader() override { mach_port_deallocate(mach_task_self(), host_); }

  const char* noun() const override { return "cpu"; }

  void read_rates(Sample& sample) override {
    const ProcessorTicks ticks(host_);
    Reason reason = ticks.reason();
    if (reason == Reason::known) reason = totals_.observe(ticks.all());
    for (const auto& mode : kModeFields) {
      if (reason == Reason::known) {
        sample.set(mode.field, totals_.totals()[mode.mode] / kTicksPerSecond);
      } else {
        sample.fail(mode.field, reason);
      }
    }
    sample.put(Field::cpu_online_count, active_.number());
  }

  // macOS ties no process to CPUs (a thread's affinity tag is only a hint), so a process may run on all that are active.
  void read_slow(Sample& sample) override {
    sample.put(Field::cpu_allowed_count, active_.number());
    uint8_t buffer[2 * sizeof(LoadRecord)];  // should the record ever grow
    const auto bytes = load_.read(buffer);
    const auto load = bytes ? decode_load(*bytes) : Result<std::array<double, 3>>(bytes.reason);
    for (size_t i = 0; i < std::size(kLoadFields); ++i) {
      sample.put(kLoadFields[i], load ? Result<double>(load->at(i)) : Result<double>(load.reason));
    }
  }

  void describe(Sources& sources) const override {
    for (const auto& mode : kModeFields) sources.add(mode.field, "host_processor_info(PROCESSOR_CPU_LOAD_INFO)");
    for (const Field field : kLoadFields) sources.add(field, "sysctl vm.loadavg");
    sources.add(Field::cpu_online_count, "sysctl hw.activecpu");
    sources.add(Field::cpu_allowed_count, "sysctl hw.activecpu");
  }

  void list(Details& details) override {
    const ProcessorTicks ticks(host_);
    if (ticks.reason() != Reason::known) return;
    const auto all = ticks.all();
    for (size_t cpu = 0; (cpu + 1) * kTicksPerCpu <= all.size(); ++cpu) {
      DetailRow row;
      row.numbers.emplace_back("number", static_cast<double>(cpu));
      for (const auto& mode : kModeFields) row.numbers.emplace_back(mode.name, all[cpu * kTicksPerCpu + mode.mode] / kTicksPerSecond);
      for (const char* name : kAbsentModes) row.numbers.emplace_back(name, std::nan(""));
      details.cpus.push_back(std::move(row));
    }
  }

 private:
  host_t host_;
  Sysctl active_;
  Sysctl load_;
  CpuTicks totals_;
};

}  // namespace

std::unique_ptr<Reader> cpu_reader() { return std::make_unique<CpuReader>(); }

}  // namespace plimsoll::darwin_os
