// Page counts of the host as xnu hands them out, and what they add up to. Any thread: pure, tested without macOS.
// xnu bsd/vm/vm_unix.c (vm.page_*_count), osfmk/vm/vm_resident.c (what each counts), bsd/sys/sysctl.h (struct xsw_usage)
#pragma once

#include "bytes.h"

namespace plimsoll::darwin_os {

// In pages of the kernel: 16 KiB on Apple silicon, also for a program that runs translated and sees pages of 4 KiB.
struct PageCounts {
  uint64_t free = 0;       // not in use at all; without the speculative ones, which hold files read ahead
  uint64_t external = 0;   // of files, active or not, speculative ones included
  uint64_t purgeable = 0;  // that their owner has declared worthless: dropped, never swapped
};

struct HostMemory {
  double available_bytes = 0;
  double free_bytes = 0;
  double cached_bytes = 0;
};

// macOS names no "available" memory. This is the total less what Activity Monitor calls used (application memory, which
// is anonymous and not purgeable; wired memory; what the compressor occupies): what can be had without compressing or
// swapping. Free and inactive pages together would count anonymous pages that must be compressed first.
inline Result<HostMemory> host_memory(const PageCounts& pages, double page_bytes, double total_bytes) {
  const double free = static_cast<double>(pages.free), external = static_cast<double>(pages.external);
  const HostMemory memory{(free + external + static_cast<double>(pages.purgeable)) * page_bytes, free * page_bytes, external * page_bytes};
  // The counts are not taken at one instant, but they cannot add up to more than there is, by far.
  if (!(page_bytes > 0) || memory.available_bytes > total_bytes * 1.01) return Reason::malformed;
  return HostMemory{memory.available_bytes < total_bytes ? memory.available_bytes : total_bytes, memory.free_bytes, memory.cached_bytes};
}

// vm.swapusage. Swap files are made when they are needed: the total is 0 before that, and grows.
struct SwapRecord {
  uint64_t total_bytes;
  uint64_t available_bytes;
  uint64_t used_bytes;
  uint32_t page_bytes;
  uint32_t encrypted;
};
static_assert(sizeof(SwapRecord) == 32);

inline Result<SwapRecord> decode_swap(Bytes bytes) {
  SwapRecord swap{};
  if (!copy_record(bytes, swap) || swap.available_bytes > swap.total_bytes) return Reason::malformed;
  return swap;
}

}  // namespace plimsoll::darwin_os
