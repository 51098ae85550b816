// See memory.h. Traps: host_statistics64(HOST_VM_INFO64) hands third parties stale copies when anybody on the machine asks
// more than a few times a second (since macOS 10.14), so every count here is a plain sysctl, which is not limited; pages on
// the per-CPU queues (500 at most on each) are in none of these counts; hw.pagesize is the program's page, not the kernel's.
#include "memory.h"

#include "memory_pages.h"
#include "sysctl.h"

#include <mach/mach.h>
#include <sys/sysctl.h>

namespace plimsoll::darwin_os {
namespace {

static_assert(sizeof(xsw_usage) == sizeof(SwapRecord) && offsetof(xsw_usage, xsu_avail) == offsetof(SwapRecord, available_bytes));

constexpr Field kPageFields[] = {Field::memory_available_bytes, Field::memory_free_bytes, Field::memory_cached_bytes};
constexpr Field kSwapFields[] = {Field::memory_swap_total_bytes, Field::memory_swap_free_bytes};

class MemoryReader final : public Reader {
 public:
  const char* noun() const override { return "memory"; }

  void read_gauges(Sample& sample) override {
    if (!total_) total_ = total_bytes_.number();  // never changes
    sample.put(Field::memory_total_bytes, total_);
    read_pages(sample);
    read_swap(sample);
  }

  void describe(Sources& sources) const override {
    sources.add(Field::memory_total_bytes, "sysctl hw.memsize");
    sources.add(Field::memory_available_bytes, "sysctl vm.page_free_count, vm.page_pageable_external_count, vm.page_purgeable_count");
    sources.add(Field::memory_free_bytes, "sysctl vm.page_free_count");
    sources.add(Field::memory_cached_bytes, "sysctl vm.page_pageable_external_count");
    for (const Field field : kSwapFields) sources.add(field, "sysctl vm.swapusage");
  }

 private:
  Result<HostMemory> pages() {
    if (!total_) return total_.reason;
    PageCounts counts;
    const auto take = [](Sysctl& source, uint64_t& count) {
      const auto number = source.number();
      if (number) count = *number;
      return number.reason;
    };
    for (const Reason reason : {take(free_, counts.free), take(external_, counts.external), take(purgeable_, counts.purgeable)}) {
      if (reason != Reason::known) return reason;
    }
    return host_memory(counts, static_cast<double>(vm_kernel_page_size), static_cast<double>(*total_));
  }

  void read_pages(Sample& sample) {
    const auto memory = pages();
    if (!memory) {
      for (const Field field : kPageFields) sample.fail(field, memory.reason);
      return;
    }
    sample.set(Field::memory_available_bytes, memory->available_bytes);
    sample.set(Field::memory_free_bytes, memory->free_bytes);
    sample.set(Field::memory_cached_bytes, memory->cached_bytes);
  }

  void read_swap(Sample& sample) {
    uint8_t buffer[2 * sizeof(SwapRecord)];  // should the record ever grow
    const auto bytes = swap_.read(buffer);
    const auto swap = bytes ? decode_swap(*bytes) : Result<SwapRecord>(bytes.reason);
    if (!swap) {
      for (const Field field : kSwapFields) sample.fail(field, swap.reason);
      return;
    }
    sample.set(Field::memory_swap_total_bytes, static_cast<double>(swap->total_bytes));
    sample.set(Field::memory_swap_free_bytes, static_cast<double>(swap->available_bytes));
  }

  Sysctl total_bytes_{"hw.memsize"};
  Sysctl free_{"vm.page_free_count"};
  Sysctl external_{"vm.page_pageable_external_count"};
  Sysctl purgeable_{"vm.page_purgeable_count"};
  Sysctl swap_{"vm.swapusage"};
  Result<uint64_t> total_ = Reason::warming_up;
};

}  // namespace

std::unique_ptr<Reader> memory_reader() { return std::make_unique<MemoryReader>(); }

}  // namespace plimsoll::darwin_os
