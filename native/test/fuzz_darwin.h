// Feeds any bytes to the decoders of macOS. Called by the fuzzer's main.
#pragma once

#include "../readers/darwin/cpu_ticks.h"
#include "../readers/darwin/interface_table.h"
#include "../readers/darwin/memory_pages.h"
#include "../readers/darwin/process_usage.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace plimsoll::test {

// A decoder that says yes has to have set what it promises; what it must not touch, a sanitizer sees.
inline void fuzz_darwin(const uint8_t* data, size_t size) {
  using namespace plimsoll::darwin_os;
  const Bytes bytes(data, size);

  const auto load = decode_load(bytes);
  if (load && !std::isfinite(load->at(0))) std::abort();
  const auto swap = decode_swap(bytes);
  if (swap && swap->available_bytes > swap->total_bytes) std::abort();
  const auto task = decode_task(bytes);
  if (task && task->threads <= 0) std::abort();
  const auto usage = decode_usage(bytes);
  if (usage && !(waiting_ticks(*usage) >= 0)) std::abort();
  const auto memory = decode_memory(bytes);
  if (static_cast<bool>(memory) != (size >= sizeof(MemoryRecord))) std::abort();
  const auto number = decode_number(bytes);
  if (number) mach_tick_seconds(number);

  const auto row = decode_interface(bytes);
  if (row) {
    const std::string_view name = row->name_text();
    if (name.empty() || name.size() > sizeof row->name) std::abort();
    CountedRoles roles;
    roles.see(role_of(name, row->type));
    if (!roles.any()) std::abort();
  }

  // Two readings of as many CPUs as there are bytes for: totals never shrink.
  std::vector<uint32_t> ticks(size / sizeof(uint32_t));
  if (!ticks.empty()) std::memcpy(ticks.data(), data, ticks.size() * sizeof(uint32_t));
  CpuTicks cpus;
  const size_t half = ticks.size() / 2;
  const std::span<const uint32_t> all(ticks);
  cpus.observe(all.first(half));
  const CpuTicks::Totals before = cpus.totals();
  cpus.observe(all.subspan(half));
  for (size_t mode = 0; mode < kCpuModes; ++mode) {
    if (!(cpus.totals()[mode] >= before[mode])) std::abort();
  }
}

}  // namespace plimsoll::test
