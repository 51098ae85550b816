// Feeds any bytes to the decoders of Windows' tables. Called by the fuzzer's main, and by a test with a few.
#pragma once

#include "../readers/windows/disk_counters.h"
#include "../readers/windows/interfaces.h"
#include "../readers/windows/page_files.h"
#include "../readers/windows/process_list.h"
#include "../readers/windows/processor_times.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace plimsoll::test {

// A decoder that says yes has to have set what it promises; what it must not touch, a sanitizer sees.
inline void fuzz_windows(const uint8_t* data, size_t size) {
  using namespace plimsoll::windows_os;
  // Copied, so that it is as long as it says and aligned as the system's buffers are.
  const std::vector<std::byte> copy(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  const std::span<const std::byte> bytes(copy);

  Offers<kCpuModes> cpus;
  if (add_processor_times(bytes, 3, cpus) && cpus[kUser].devices.size() * sizeof(ProcessorTimes) != size) std::abort();
  const auto files = decode_page_files(bytes);
  if (files && (files->free_pages < 0 || files->free_pages > files->total_pages)) std::abort();
  decode_disk_performance(bytes);
  std::vector<ListedProcess> processes;
  if (decode_processes(bytes, processes) == Reason::known && processes.empty()) std::abort();

  std::vector<CountedInterface> interfaces;
  if (decode_interfaces(bytes, interfaces) == Reason::known && interfaces.empty()) std::abort();
  for (const auto& one : interfaces) counters_of(one.row);

  // Names that point into the buffer, so that most inputs get past the first check.
  std::vector<std::byte> array(copy);
  const auto count = static_cast<uint32_t>(size / (sizeof(RawCounterItem) + 2));
  for (uint32_t i = 0; i < count; ++i) {
    uint16_t place = 0;
    std::memcpy(&place, array.data() + i * sizeof(RawCounterItem), sizeof place);
    const char16_t* name = reinterpret_cast<const char16_t*>(array.data() + place % size);
    std::memcpy(array.data() + i * sizeof(RawCounterItem), &name, sizeof name);
  }
  std::vector<Instance> list;
  for (const KeyOfInstance key_of : {parse_processor_instance, parse_disk_instance, parse_network_instance}) {
    if (decode_raw_counters(array, count, key_of, list) == Reason::known && (list.empty() || list.size() > count)) std::abort();
  }
  const std::u16string_view text(reinterpret_cast<const char16_t*>(copy.data()), size / 2);
  std::vector<uint32_t> numbers;
  find_physical_drives(text, numbers);
}

}  // namespace plimsoll::test
