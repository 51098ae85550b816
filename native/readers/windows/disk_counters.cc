// See disk_counters.h.
#include "disk_counters.h"

#include <algorithm>
#include <cstring>

namespace plimsoll::windows_os {
namespace {

void offer(const Instances& instances, Offer& offer) {
  if (instances.reason != Reason::known) return offer.fail(instances.reason);
  offer.begin(instances.wraps);
  for (const Instance& disk : instances.list) offer.devices.push_back({disk.key, static_cast<double>(disk.first)});
}

bool wraps(size_t counter) { return counter == kReads || counter == kWrites; }

double busy_seconds(int64_t clock, int64_t idle) { return static_cast<double>(clock - idle) * kSecondsPerTick; }

}  // namespace

Result<DiskCounters> decode_disk_performance(std::span<const std::byte> bytes) {
  constexpr size_t needed = offsetof(DiskPerformance, device_number);
  if (bytes.size() < needed) return Reason::malformed;
  DiskPerformance disk{};
  std::memcpy(&disk, bytes.data(), needed);
  if (disk.bytes_read < 0 || disk.bytes_written < 0 || disk.idle_time < 0 || disk.query_time < 0) return Reason::malformed;
  return DiskCounters{static_cast<double>(disk.bytes_read), static_cast<double>(disk.bytes_written), static_cast<double>(disk.reads),
                      static_cast<double>(disk.writes), busy_seconds(disk.query_time, disk.idle_time)};
}

void offer_pdh_disk(const PdhDisk& pdh, Offers<kDiskCounters>& offers) {
  offer(pdh.read_bytes, offers[kReadBytes]);
  offer(pdh.written_bytes, offers[kWrittenBytes]);
  offer(pdh.reads, offers[kReads]);
  offer(pdh.writes, offers[kWrites]);
  Offer& busy = offers[kBusySeconds];
  if (pdh.idle.reason != Reason::known) return busy.fail(pdh.idle.reason);
  busy.begin();
  for (const Instance& disk : pdh.idle.list) {
    // "% Idle Time" is a precision timer: its clock comes with it.
    if (disk.first < 0 || disk.second < 0) return busy.fail(Reason::malformed);
    busy.devices.push_back({disk.key, busy_seconds(disk.second, disk.first)});
  }
}

void offer_drives(std::span<const DriveReading> drives, Offers<kDiskCounters>& offers) {
  for (size_t i = 0; i < kDiskCounters; ++i) offers[i].begin(wraps(i));
  Reason refused = Reason::known;
  for (const auto& [number, counters] : drives) {
    if (counters.reason == Reason::gone) continue;
    if (!counters) refused = counters.reason;
    for (size_t i = 0; counters && i < kDiskCounters; ++i) offers[i].devices.push_back({number, (*counters)[i]});
  }
  if (refused == Reason::known) return;
  for (Offer& offer : offers) offer.fail(refused);
}

bool parse_disk_instance(std::u16string_view name, uint64_t& key) {
  uint32_t number = 0;
  if (!parse_number(name.substr(0, name.find(u' ')), number)) return false;
  key = number;
  return true;
}

void find_physical_drives(std::u16string_view names, std::vector<uint32_t>& numbers) {
  constexpr std::u16string_view kPrefix = u"PhysicalDrive";
  numbers.clear();
  while (!names.empty()) {
    const size_t end = names.find(u'\0');
    const auto name = names.substr(0, end);
    uint32_t number = 0;
    if (name.starts_with(kPrefix) && parse_number(name.substr(kPrefix.size()), number)) numbers.push_back(number);
    if (end == std::u16string_view::npos) break;
    names.remove_prefix(end + 1);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

}  // namespace plimsoll::windows_os
