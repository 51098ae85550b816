// CPU times per processor group, decoded. Pure functions, any thread.
// https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntquerysysteminformation
#pragma once

#include "layouts.h"
#include "raw_counters.h"
#include "served_counter.h"

#include <span>

namespace plimsoll::windows_os {

// Disjoint modes, as on other systems: what Windows counts as kernel time has the other four inside.
enum CpuMode : size_t { kUser, kSystem, kIdle, kIrq, kSoftirq, kCpuModes };

constexpr uint64_t cpu_key(uint32_t group, uint32_t number) { return uint64_t{group} << 32 | number; }

// Adds the CPUs of one group. `bytes` is what the system has filled, which may be less than was asked for.
// False if that is not a whole number of CPUs, or none.
bool add_processor_times(std::span<const std::byte> bytes, uint16_t group, Offers<kCpuModes>& offers);

// The same from PDH's "Processor Information": there, privileged time has interrupts and DPCs inside, but not idle.
struct PdhCpu {
  const Instances& user;
  const Instances& privileged;
  const Instances& idle;
  const Instances& interrupt;
  const Instances& dpc;
};
void offer_pdh_cpu(const PdhCpu& pdh, Offers<kCpuModes>& offers);

// "2,17" → processor group or NUMA node 2, CPU 17: what matters is that no two CPUs share it. The sums "_Total" and "2,_Total" are no CPUs.
bool parse_processor_instance(std::u16string_view name, uint64_t& key);

}  // namespace plimsoll::windows_os
