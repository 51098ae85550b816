// Tables for readers/windows/{raw_counters,processor_times,disk_counters,served_counter,wrapping_counter}.h.
#include "../readers/windows/disk_counters.h"
#include "../readers/windows/processor_times.h"
#include "../readers/windows/wrapping_counter.h"
#include "check.h"

#include <cstring>

using namespace plimsoll;
using namespace plimsoll::windows_os;

namespace {

constexpr int64_t kSecond = 10'000'000;  // in ticks of the system

// An array as PdhGetRawCounterArrayW lays it out: items, then their names.
class RawArray {
 public:
  struct Entry {
    std::u16string name;
    int64_t first;
    int64_t second = 0;
    uint32_t status = 0;
  };

  explicit RawArray(const std::vector<Entry>& entries) : count_(static_cast<uint32_t>(entries.size())) {
    size_t bytes = entries.size() * sizeof(RawCounterItem);
    for (const auto& entry : entries) bytes += (entry.name.size() + 1) * sizeof(char16_t);
    bytes_.resize(bytes);
    size_t place = entries.size() * sizeof(RawCounterItem);
    for (size_t i = 0; i < entries.size(); ++i) {
      RawCounterItem item{};
      item.name = reinterpret_cast<const char16_t*>(bytes_.data() + place);
      item.counter.status = entries[i].status;
      item.counter.first = entries[i].first;
      item.counter.second = entries[i].second;
      std::memcpy(bytes_.data() + i * sizeof item, &item, sizeof item);
      const size_t length = (entries[i].name.size() + 1) * sizeof(char16_t);
      std::memcpy(bytes_.data() + place, entries[i].name.c_str(), length);
      place += length;
    }
  }

  std::span<const std::byte> bytes() const { return bytes_; }
  uint32_t count() const { return count_; }

 private:
  std::vector<std::byte> bytes_;
  uint32_t count_;
};

Instances instances(std::vector<Instance> list) { return {Reason::known, std::move(list)}; }

Offer offered(std::vector<DeviceReading> devices) { return {Reason::known, std::move(devices)}; }

std::vector<std::byte> times_of(size_t cpus, int64_t seconds) {
  std::vector<ProcessorTimes> times(cpus);
  for (auto& one : times) one = {.idle = 5 * seconds * kSecond, .kernel = 9 * seconds * kSecond, .user = 2 * seconds * kSecond,
                                 .dpc = seconds * kSecond, .interrupt = seconds * kSecond, .interrupts = 7, .padding = 0};
  std::vector<std::byte> bytes(cpus * sizeof(ProcessorTimes));
  std::memcpy(bytes.data(), times.data(), bytes.size());
  return bytes;
}

}  // namespace

TEST("windows raw counters: names, sums left out, instances without data left out") {
  const RawArray array({{u"0,0", 5}, {u"0,1", 6, 7, 1}, {u"0,_Total", 11}, {u"_Total", 11}, {u"1,0", 9, 0, 0x800007D1}});
  std::vector<Instance> list;
  CHECK_EQ(decode_raw_counters(array.bytes(), array.count(), parse_processor_instance, list), Reason::known);
  CHECK_EQ(list.size(), size_t{2});
  CHECK_EQ(list[1].key, uint64_t{1});
  CHECK_EQ(list[1].first, int64_t{6});
  CHECK_EQ(list[1].second, int64_t{7});
  const RawArray sums({{u"_Total", 1}});
  CHECK_EQ(decode_raw_counters(sums.bytes(), 1, parse_processor_instance, list), Reason::unsupported);
  CHECK_EQ(decode_raw_counters({}, 0, parse_processor_instance, list), Reason::unsupported);
}

TEST("windows raw counters: what points outside or has no end is malformed") {
  const RawArray array({{u"0", 5}, {u"1", 6}});
  std::vector<Instance> list;
  CHECK_EQ(decode_raw_counters(array.bytes(), 3, parse_disk_instance, list), Reason::malformed);
  CHECK_EQ(decode_raw_counters(array.bytes(), UINT32_MAX, parse_disk_instance, list), Reason::malformed);
  // Cut off inside the last name, and before it.
  CHECK_EQ(decode_raw_counters(array.bytes().first(array.bytes().size() - 2), 2, parse_disk_instance, list), Reason::malformed);
  CHECK_EQ(decode_raw_counters(array.bytes().first(2 * sizeof(RawCounterItem)), 2, parse_disk_instance, list), Reason::malformed);
  std::vector<std::byte> bytes(array.bytes().begin(), array.bytes().end());  // its names still point into the first array
  CHECK_EQ(decode_raw_counters(bytes, 2, parse_disk_instance, list), Reason::malformed);
}

TEST("windows instance names") {
  uint64_t key = 0;
  CHECK(parse_processor_instance(u"3,63", key));
  CHECK_EQ(key, cpu_key(3, 63));
  CHECK(parse_disk_instance(u"12 C: D:", key));
  CHECK_EQ(key, uint64_t{12});
  CHECK(parse_disk_instance(u"4", key));
  for (const auto* name : {u"", u"_Total", u"0", u"0,", u",0", u"0,_Total", u"0,1,2", u"0,99999999999", u"-1,0"}) {
    CHECK(!parse_processor_instance(name, key));
  }
  for (const auto* name : {u"", u"_Total", u"C: 0", u" 0", u"0x", u"4294967296"}) CHECK(!parse_disk_instance(name, key));
}

TEST("windows cpu: several groups, more than 64 CPUs; the modes are disjoint and add up") {
  Offers<kCpuModes> offers;
  for (Offer& offer : offers) offer.begin();
  CHECK(add_processor_times(times_of(64, 1), 0, offers));
  CHECK(add_processor_times(times_of(64, 1), 1, offers));
  CHECK(add_processor_times(times_of(32, 1), 2, offers));
  ServedCounter totals[kCpuModes];
  const Offer none;
  constexpr double expected[] = {320, 320, 800, 160, 160};  // user 2, system 9-5-1-1, idle 5, irq 1, softirq 1
  for (size_t mode = 0; mode < kCpuModes; ++mode) CHECK_EQ(*totals[mode].take(none, offers[mode]), expected[mode]);
  // A group goes (32 CPUs), the others double.
  for (Offer& offer : offers) offer.begin();
  add_processor_times(times_of(64, 2), 0, offers);
  add_processor_times(times_of(64, 2), 1, offers);
  CHECK_EQ(*totals[kUser].take(none, offers[kUser]), 320.0 + 2 * 128);
}

TEST("windows cpu: cut off tables") {
  Offers<kCpuModes> offers;
  const auto bytes = times_of(4, 1);
  for (const size_t length : {size_t{0}, size_t{1}, size_t{47}, size_t{49}, bytes.size() - 1}) {
    CHECK(!add_processor_times({bytes.data(), length}, 0, offers));
  }
  CHECK(add_processor_times({bytes.data(), 2 * sizeof(ProcessorTimes)}, 0, offers));  // fewer than were asked for
  CHECK_EQ(offers[kUser].devices.size(), size_t{2});
}

TEST("windows cpu from PDH: privileged time loses interrupts and DPCs; a CPU that one counter lacks is no sum") {
  const auto at = [](int64_t seconds) { return instances({{cpu_key(0, 0), seconds * kSecond, 0}, {cpu_key(1, 0), seconds * kSecond, 0}}); };
  const Instances user = at(7), privileged = at(9), idle = at(20), interrupt = at(3), missing{};
  const Instances dpc = instances({{cpu_key(1, 0), kSecond, 0}, {cpu_key(0, 0), 2 * kSecond, 0}});  // another order
  Offers<kCpuModes> offers;
  offer_pdh_cpu({user, privileged, idle, interrupt, dpc}, offers);
  CHECK_EQ(offers[kSystem].devices[0].value, 4.0);
  CHECK_EQ(offers[kSystem].devices[1].value, 5.0);
  CHECK_EQ(offers[kUser].devices[0].value, 7.0);
  const Instances one_cpu = instances({{cpu_key(0, 0), kSecond, 0}});
  offer_pdh_cpu({user, privileged, idle, interrupt, one_cpu}, offers);
  CHECK_EQ(offers[kSystem].reason, Reason::malformed);
  CHECK_EQ(offers[kUser].reason, Reason::known);
  offer_pdh_cpu({missing, privileged, idle, missing, dpc}, offers);
  CHECK_EQ(offers[kUser].reason, Reason::warming_up);
  CHECK_EQ(offers[kSystem].reason, Reason::warming_up);
  CHECK_EQ(offers[kIdle].reason, Reason::known);
}

TEST("windows disks: performance structure, cut off, longer than known") {
  DiskPerformance disk{};
  disk.bytes_read = 4096;
  disk.bytes_written = 512;
  disk.reads = 3;
  disk.writes = 4294967295u;
  disk.query_time = 133'700'000'000'000'000 + 8 * kSecond;
  disk.idle_time = 133'700'000'000'000'000;
  std::vector<std::byte> bytes(sizeof disk + 40);
  std::memcpy(bytes.data(), &disk, sizeof disk);
  const auto counters = decode_disk_performance(bytes);
  CHECK(static_cast<bool>(counters));
  CHECK_EQ((*counters)[kReadBytes], 4096.0);
  CHECK_EQ((*counters)[kWrites], 4294967295.0);
  CHECK_EQ((*counters)[kBusySeconds], 8.0);
  CHECK(static_cast<bool>(decode_disk_performance({bytes.data(), offsetof(DiskPerformance, device_number)})));
  for (const size_t length : {size_t{0}, size_t{8}, offsetof(DiskPerformance, device_number) - 1}) {
    CHECK_EQ(decode_disk_performance({bytes.data(), length}).reason, Reason::malformed);
  }
  disk.idle_time = -1;
  std::memcpy(bytes.data(), &disk, sizeof disk);
  CHECK_EQ(decode_disk_performance(bytes).reason, Reason::malformed);
}

TEST("windows disks: a drive that is gone is left out; what one refuses is missing from the sum, which is unknown then") {
  const DiskCounters one{1, 2, 3, 4, 5}, other{10, 20, 30, 40, 50};
  Offers<kDiskCounters> offers;
  const DriveReading both[] = {{0, one}, {1, Reason::gone}, {7, other}};
  offer_drives(both, offers);
  CHECK_EQ(offers[kWrites].reason, Reason::known);
  CHECK_EQ(offers[kWrites].devices.size(), size_t{2});
  CHECK_EQ(offers[kWrites].devices[1].key, uint64_t{7});
  CHECK_EQ(offers[kWrites].devices[1].value, 40.0);
  for (const Reason refusal : {Reason::unsupported, Reason::denied}) {
    const DriveReading some[] = {{0, one}, {1, refusal}, {7, other}};
    offer_drives(some, offers);
    for (const Offer& offer : offers) {
      CHECK_EQ(offer.reason, refusal);
      CHECK(offer.devices.empty());
    }
  }
  offer_drives({}, offers);
  CHECK_EQ(offers[kReads].reason, Reason::known);
}

TEST("windows disks: names of devices") {
  std::vector<uint32_t> numbers{99};
  using namespace std::string_view_literals;
  find_physical_drives(u"C:\0PhysicalDrive10\0Volume{1}\0PhysicalDrive2\0PhysicalDrive2\0PhysicalDriveX\0PhysicalDrive\0\0"sv, numbers);
  CHECK(numbers == std::vector<uint32_t>({2, 10}));
  find_physical_drives(u"PhysicalDrive7"sv, numbers);  // without its NUL
  CHECK(numbers == std::vector<uint32_t>({7}));
  find_physical_drives({}, numbers);
  CHECK(numbers.empty());
}

TEST("windows disks from PDH: busy is the clock less idle, exact over large clocks") {
  const Instances bytes = instances({{0, 5, 0}}), missing{Reason::unsupported, {}};
  const Instances idle = instances({{0, 3 * kSecond, 133'700'000'000'000'000}});
  const Instances idle_later = instances({{0, 4 * kSecond, 133'700'000'000'000'000 + 3 * kSecond}});
  Offers<kDiskCounters> offers;
  ServedCounter busy(ServedCounter::from_zero);
  const Offer none;
  offer_pdh_disk({bytes, bytes, missing, bytes, idle}, offers);
  CHECK_EQ(offers[kReads].reason, Reason::unsupported);
  CHECK_EQ(*busy.take(offers[kBusySeconds], none), 0.0);
  offer_pdh_disk({bytes, bytes, missing, bytes, idle_later}, offers);
  CHECK(std::abs(*busy.take(offers[kBusySeconds], none) - 2.0) < 1e-5);
}

TEST("windows totals: a change of source loses nothing and repeats nothing") {
  const Offer none;
  ServedCounter total;
  CHECK_EQ(total.take(none, none).reason, Reason::unsupported);
  CHECK_EQ(*total.take(none, offered({{1, 100}})), 100.0);                       // the system call alone: raw sum
  CHECK_EQ(*total.take(offered({{1, 7000}}), offered({{1, 110}})), 110.0);       // PDH has nothing to subtract from yet
  CHECK_EQ(*total.take(offered({{1, 7020}}), offered({{1, 120}})), 130.0);       // PDH serves: 20
  CHECK_EQ(*total.take(none, offered({{1, 125}})), 135.0);                       // PDH fails: the system call's 5
  CHECK_EQ(*total.take(offered({{1, 9000}}), offered({{1, 130}})), 140.0);       // PDH is back: it begins anew
  CHECK_EQ(*total.take(offered({{1, 9001}}), offered({{1, 140}})), 141.0);
  CHECK_EQ(*total.take(offered({{1, 9002}}), none), 142.0);
  CHECK_EQ(total.take(none, none).reason, Reason::unsupported);                  // neither: unknown, but not forgotten
  CHECK_EQ(*total.take(offered({{1, 9010}}), none), 150.0);
}

TEST("windows totals: devices come, go and step back") {
  const Offer none;
  ServedCounter total;
  CHECK_EQ(*total.take(offered({{1, 100}, {2, 50}}), none), 150.0);
  CHECK_EQ(*total.take(offered({{1, 101}, {2, 51}, {3, 1000000}}), none), 152.0);
  CHECK_EQ(*total.take(offered({{3, 1000001}, {1, 5}}), none), 153.0);
  CHECK_EQ(*total.take(offered({{1, 6}}), none), 154.0);
  CHECK_EQ(*total.take(offered({}), none), 154.0);
}

TEST("windows totals: counters of 32 bits go on through the wrap, device by device; one that begins anew adds nothing") {
  const auto wrapping = [](std::vector<DeviceReading> devices) { return Offer{Reason::known, std::move(devices), true}; };
  const Offer none;
  ServedCounter total;
  CHECK_EQ(*total.take(wrapping({{1, 4294967290.0}, {2, 9000}}), none), 4294976290.0);
  CHECK_EQ(*total.take(wrapping({{1, 4}, {2, 9001}}), none), 4294976301.0);        // 10 through the wrap, and 1
  CHECK_EQ(*total.take(wrapping({{1, 5}, {2, 10}}), none), 4294976302.0);          // 2 begins anew
  CHECK_EQ(*total.take(wrapping({{1, 5}, {2, 5e9}}), none), 4294976302.0 + 5e9 - 10);  // it has more than 32 bits
  CHECK_EQ(*total.take(wrapping({{1, 5}, {2, 7}}), none), 4294976302.0 + 5e9 - 10);    // so that is no wrap
  ServedCounter wide;
  wide.take(none, offered({{1, 4294967290.0}}));
  CHECK_EQ(*wide.take(none, offered({{1, 4}})), 4294967290.0);
}

TEST("windows disks: counts have 32 bits, bytes and times have more") {
  Offers<kDiskCounters> offers;
  offer_drives({}, offers);
  for (size_t i = 0; i < kDiskCounters; ++i) CHECK_EQ(offers[i].wraps, i == kReads || i == kWrites);
  const Instances wide = instances({{0, 5, 0}}), narrow{Reason::known, {{0, 5, 0}}, true};
  offer_pdh_disk({wide, wide, narrow, narrow, wide}, offers);
  for (size_t i = 0; i < kDiskCounters; ++i) CHECK_EQ(offers[i].wraps, i == kReads || i == kWrites);
}

TEST("windows counters of 32 bits wrap") {
  WrappingCounter counter;
  CHECK_EQ(*counter.grow(4294967290u), 4294967290.0);
  CHECK_EQ(*counter.grow(4u), 4294967300.0);
  CHECK_EQ(counter.grow(Reason::denied).reason, Reason::denied);
  CHECK_EQ(*counter.grow(5u), 4294967301.0);
}
