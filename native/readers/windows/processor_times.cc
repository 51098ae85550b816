// See processor_times.h.
#include "processor_times.h"

#include <cstring>

namespace plimsoll::windows_os {
namespace {

double seconds(int64_t ticks) { return static_cast<double>(ticks) * kSecondsPerTick; }

// Without the overflow that nonsense from the system would bring.
int64_t less(int64_t time, int64_t part) { return static_cast<int64_t>(static_cast<uint64_t>(time) - static_cast<uint64_t>(part)); }

const Instance* with_key(const Instances& all, uint64_t key, size_t likely_place) {
  if (likely_place < all.list.size() && all.list[likely_place].key == key) return &all.list[likely_place];
  for (const Instance& one : all.list) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

void offer(const Instances& instances, Offer& offer) {
  if (instances.reason != Reason::known) return offer.fail(instances.reason);
  offer.begin();
  for (const Instance& cpu : instances.list) offer.devices.push_back({cpu.key, seconds(cpu.first)});
}

}  // namespace

bool add_processor_times(std::span<const std::byte> bytes, uint16_t group, Offers<kCpuModes>& offers) {
  if (bytes.empty() || bytes.size() % sizeof(ProcessorTimes) != 0) return false;
  for (size_t number = 0; number < bytes.size() / sizeof(ProcessorTimes); ++number) {
    ProcessorTimes times;
    std::memcpy(&times, bytes.data() + number * sizeof times, sizeof times);
    const uint64_t key = cpu_key(group, static_cast<uint32_t>(number));
    offers[kUser].devices.push_back({key, seconds(times.user)});
    offers[kSystem].devices.push_back({key, seconds(less(less(less(times.kernel, times.idle), times.interrupt), times.dpc))});
    offers[kIdle].devices.push_back({key, seconds(times.idle)});
    offers[kIrq].devices.push_back({key, seconds(times.interrupt)});
    offers[kSoftirq].devices.push_back({key, seconds(times.dpc)});
  }
  return true;
}

void offer_pdh_cpu(const PdhCpu& pdh, Offers<kCpuModes>& offers) {
  offer(pdh.user, offers[kUser]);
  offer(pdh.idle, offers[kIdle]);
  offer(pdh.interrupt, offers[kIrq]);
  offer(pdh.dpc, offers[kSoftirq]);
  for (const Instances* part : {&pdh.privileged, &pdh.interrupt, &pdh.dpc}) {
    if (part->reason != Reason::known) return offers[kSystem].fail(part->reason);
  }
  offers[kSystem].begin();
  for (size_t i = 0; i < pdh.privileged.list.size(); ++i) {
    const Instance& cpu = pdh.privileged.list[i];
    const Instance* interrupt = with_key(pdh.interrupt, cpu.key, i);
    const Instance* dpc = with_key(pdh.dpc, cpu.key, i);
    if (interrupt == nullptr || dpc == nullptr) return offers[kSystem].fail(Reason::malformed);
    offers[kSystem].devices.push_back({cpu.key, seconds(less(less(cpu.first, interrupt->first), dpc->first))});
  }
}

bool parse_processor_instance(std::u16string_view name, uint64_t& key) {
  uint32_t group = 0, number = 0;
  const size_t comma = name.find(u',');
  if (comma == std::u16string_view::npos) return false;
  if (!parse_number(name.substr(0, comma), group) || !parse_number(name.substr(comma + 1), number)) return false;
  key = cpu_key(group, number);
  return true;
}

}  // namespace plimsoll::windows_os
