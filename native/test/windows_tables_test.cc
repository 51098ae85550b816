// Tables for readers/windows/{interfaces,page_files,job_limits}.h.
#include "../readers/windows/interfaces.h"
#include "../readers/windows/job_limits.h"
#include "../readers/windows/page_files.h"
#include "../readers/windows/process_list.h"
#include "check.h"
#include "fuzz_windows.h"

#include <cstring>

using namespace plimsoll;
using namespace plimsoll::windows_os;

namespace {

constexpr uint8_t kHardware = 1, kFilter = 2;
constexpr uint32_t kEthernet = 6, kLoopback = 24, kTunnel = 131;

InterfaceRow interface(uint32_t index, uint8_t flags, uint32_t type, uint8_t address, std::u16string_view description = u"NIC") {
  InterfaceRow row{};
  row.luid = 1000 + index;
  row.index = index;
  row.flags = flags;
  row.type = type;
  row.address_bytes = 6;
  row.permanent_address[5] = address;
  description.copy(row.description, 256);
  row.in_octets = 10 * index;
  row.in_unicast_packets = 1;
  row.in_other_packets = 2;
  return row;
}

std::vector<std::byte> table_of(const std::vector<InterfaceRow>& rows) {
  std::vector<std::byte> bytes(kInterfaceRowsAt + rows.size() * sizeof(InterfaceRow));
  const auto count = static_cast<uint32_t>(rows.size());
  std::memcpy(bytes.data(), &count, sizeof count);
  if (count > 0) std::memcpy(bytes.data() + kInterfaceRowsAt, rows.data(), rows.size() * sizeof(InterfaceRow));
  return bytes;
}

std::vector<uint32_t> counted(const std::vector<InterfaceRow>& rows) {
  std::vector<CountedInterface> interfaces;
  CHECK_EQ(decode_interfaces(table_of(rows), interfaces), Reason::known);
  std::vector<uint32_t> indices;
  for (const auto& one : interfaces) {
    if (one.counted) indices.push_back(one.row.index);
  }
  return indices;
}

using Indices = std::vector<uint32_t>;

std::vector<std::byte> page_files(std::vector<PageFileEntry> entries, size_t extra = 0) {
  std::vector<std::byte> bytes(entries.size() * (sizeof(PageFileEntry) + extra));
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size()) entries[i].next_offset = static_cast<uint32_t>(sizeof(PageFileEntry) + extra);
    std::memcpy(bytes.data() + i * (sizeof(PageFileEntry) + extra), &entries[i], sizeof(PageFileEntry));
  }
  return bytes;
}

PageFileEntry page_file(uint32_t total, uint32_t in_use) { return {0, total, in_use, in_use, 0, 0, 0, 0}; }

}  // namespace

TEST("windows interfaces: hardware counts, filters above it repeat its bytes") {
  CHECK(counted({interface(1, 0, kLoopback, 0), interface(5, kHardware, kEthernet, 7), interface(6, kHardware | kFilter, kEthernet, 7),
                 interface(9, 0, kEthernet, 7), interface(11, 0, kTunnel, 0)}) == Indices({5}));
}

TEST("windows interfaces: of one permanent address the lowest index; no address is not the same address") {
  CHECK(counted({interface(8, kHardware, kEthernet, 7), interface(5, kHardware, kEthernet, 7), interface(6, kHardware, kEthernet, 9)}) ==
        Indices({5, 6}));
  CHECK(counted({interface(5, kHardware, kEthernet, 0), interface(6, kHardware, kEthernet, 0)}) == Indices({5, 6}));
  auto odd = interface(7, kHardware, kEthernet, 7);
  odd.address_bytes = 4000000000u;  // longer than its room
  CHECK(counted({odd, interface(5, kHardware, kEthernet, 7)}) == Indices({5, 7}));
}

TEST("windows interfaces: without hardware (a container) the virtual ones, then tunnels, never loopback") {
  CHECK(counted({interface(1, 0, kLoopback, 0), interface(3, 0, kEthernet, 7), interface(4, kFilter, kEthernet, 7), interface(5, 0, kTunnel, 0)}) ==
        Indices({3}));
  CHECK(counted({interface(1, 0, kLoopback, 0), interface(5, 0, kTunnel, 0)}) == Indices({5}));
  CHECK(counted({interface(1, kHardware, kLoopback, 0)}).empty());
}

TEST("windows interfaces: cut off tables, no rows") {
  std::vector<CountedInterface> interfaces;
  const auto bytes = table_of({interface(1, kHardware, kEthernet, 1), interface(2, kHardware, kEthernet, 2)});
  for (const size_t length : {size_t{0}, size_t{3}, size_t{4}, size_t{8}, bytes.size() - 1}) {
    CHECK_EQ(decode_interfaces({bytes.data(), length}, interfaces), Reason::malformed);
  }
  CHECK_EQ(decode_interfaces(table_of({}), interfaces), Reason::unsupported);
  CHECK(interfaces.empty());
}

TEST("windows interfaces: counters; PDH's instance is the description with its characters replaced") {
  const auto counters = counters_of(interface(5, kHardware, kEthernet, 7));
  CHECK_EQ(counters[kReceivedBytes], 50.0);
  CHECK_EQ(counters[kReceivedPackets], 3.0);
  const auto row = interface(5, kHardware, kEthernet, 7, u"Intel(R) I211 Gigabit #2 / A\\B");
  CHECK_EQ(instance_key_of_description(row), instance_key(u"Intel[R] I211 Gigabit _2 _ A_B"));
  CHECK(instance_key(u"Intel[R] I211") != instance_key(u"Intel[R] I212"));
  auto endless = row;
  std::fill(std::begin(endless.description), std::end(endless.description), u'x');
  instance_key_of_description(endless);
}

TEST("windows interfaces: PDH serves only if it knows all that count") {
  std::vector<CountedInterface> interfaces;
  decode_interfaces(table_of({interface(5, kHardware, kEthernet, 7, u"One"), interface(6, kHardware, kEthernet, 8, u"Two"),
                              interface(9, 0, kEthernet, 9, u"vSwitch")}), interfaces);
  Offer offer;
  const Instances all{Reason::known, {{instance_key(u"Two"), 22, 0}, {instance_key(u"vSwitch"), 99, 0}, {instance_key(u"One"), 11, 0}}};
  offer_pdh_network(all, interfaces, offer);
  CHECK_EQ(offer.reason, Reason::known);
  CHECK_EQ(offer.devices.size(), size_t{2});
  CHECK_EQ(offer.devices[0].key, uint64_t{1005});
  CHECK_EQ(offer.devices[0].value, 11.0);
  CHECK(!offer.wraps);
  const Instances narrow{Reason::known, all.list, true};
  offer_pdh_network(narrow, interfaces, offer);
  CHECK(offer.wraps);
  const Instances some{Reason::known, {{instance_key(u"Two"), 22, 0}}};
  offer_pdh_network(some, interfaces, offer);
  CHECK_EQ(offer.reason, Reason::unsupported);
  offer_pdh_network(all, {}, offer);
  CHECK_EQ(offer.reason, Reason::unsupported);
}

TEST("windows page files: a list, none, in use beyond its size, links that lead astray") {
  const auto sum = decode_page_files(page_files({page_file(1000, 200), page_file(64, 64)}, 40));
  CHECK_EQ(sum->total_pages, 1064.0);
  CHECK_EQ(sum->free_pages, 800.0);
  CHECK_EQ(decode_page_files({})->total_pages, 0.0);
  CHECK_EQ(decode_page_files(page_files({page_file(5, 6)})).reason, Reason::malformed);
  for (const uint32_t next : {1u, 31u, 32u, 4000000000u}) {
    auto entry = page_file(5, 1);
    entry.next_offset = next;
    CHECK_EQ(decode_page_files(page_files({entry})).reason, Reason::malformed);
  }
  const auto bytes = page_files({page_file(5, 1), page_file(5, 1)});
  for (const size_t length : {size_t{1}, size_t{31}, size_t{33}, size_t{63}}) {
    CHECK_EQ(decode_page_files({bytes.data(), length}).reason, Reason::malformed);
  }
}

TEST("windows job: limits that are set, and those that are not") {
  JobLimits limits{};
  limits.job_memory = 1 << 20;
  limits.active_processes = 9;
  CHECK_EQ(memory_limit(limits).reason, Reason::unlimited);
  CHECK_EQ(process_limit(limits).reason, Reason::unlimited);
  limits.flags = kJobLimitsMemory | kJobLimitsProcesses;
  CHECK_EQ(*memory_limit(limits), 1048576.0);
  CHECK_EQ(*process_limit(limits), 9.0);
}

TEST("windows job: libuv's own one hides the one around it, so what it does not limit is unknown") {
  JobLimits limits{};
  for (const uint32_t flags : {0x3C00u, 0x3C00u | kJobLimitsMemory, 0x2000u, 0u}) {
    limits.flags = flags;
    CHECK_EQ(where_unset(limits), flags == 0x3C00 ? Reason::unsupported : Reason::unlimited);
    CHECK_EQ(process_limit(limits).reason, where_unset(limits));
    CHECK_EQ(memory_limit(limits).reason, (flags & kJobLimitsMemory) != 0 ? Reason::known : where_unset(limits));
    CHECK_EQ(quota_cores({0, 0}, 8, where_unset(limits)).reason, where_unset(limits));
    CHECK_EQ(*quota_cores({kJobRateEnabled | kJobRateHardCap, 2500}, 8, where_unset(limits)), 2.0);
  }
}

TEST("windows job: CPU rate") {
  struct {
    uint32_t flags, rate;
    Result<double> expected;
  } table[] = {{0, 5000, Reason::unlimited},
               {kJobRateEnabled, 5, Reason::unlimited},  // a weight
               {kJobRateEnabled | kJobRateHardCap, 2500, 2.0},
               {kJobRateEnabled | kJobRateHardCap, 1, 8e-4},
               {kJobRateEnabled | kJobRateHardCap, 10000, Reason::unlimited},
               {kJobRateEnabled | kJobRateHardCap, 0, Reason::malformed},
               {kJobRateEnabled | kJobRateHardCap, 10001, Reason::malformed},
               {kJobRateEnabled | kJobRateMinMax, 5000u << 16 | 100, 4.0},
               {kJobRateHardCap, 2500, Reason::unlimited}};  // not enabled
  for (const auto& row : table) {
    const auto quota = quota_cores({row.flags, row.rate}, 8, Reason::unlimited);
    CHECK_EQ(quota.reason, row.expected.reason);
    if (quota) CHECK_EQ(*quota, row.expected.value);
  }
}

TEST("windows decoders take any bytes") {
  std::vector<uint8_t> bytes(5000);
  uint32_t random = 12345;
  for (int round = 0; round < 200; ++round) {
    for (auto& byte : bytes) {
      random = random * 1664525u + 1013904223u;
      byte = round % 2 == 0 ? static_cast<uint8_t>(random >> 24) : static_cast<uint8_t>((random >> 24) % 3);
    }
    plimsoll::test::fuzz_windows(bytes.data(), random % bytes.size());
  }
}

TEST("windows processes: numbers in their order; a parent that is younger than its child is none; torn lists") {
  const auto entry = [](uint64_t pid, uint64_t parent, int64_t created, bool last) {
    ProcessEntry one{};
    one.next_offset = last ? 0 : sizeof one + 80;  // one thread
    one.pid = pid;
    one.parent = parent;
    one.created = created;
    std::vector<std::byte> bytes(sizeof one + 80);
    std::memcpy(bytes.data(), &one, sizeof one);
    return bytes;
  };
  std::vector<std::byte> bytes;
  for (const auto& part : {entry(80, 40, 300, false), entry(40, 4, 100, false), entry(60, 80, 200, true)}) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  std::vector<ListedProcess> list;
  CHECK_EQ(decode_processes(bytes, list), Reason::known);
  CHECK_EQ(list.size(), 3u);
  CHECK_EQ(list[0].pid, 40u);
  CHECK_EQ(list[0].parent, 4u);
  CHECK_EQ(list[1].parent, 0u);
  CHECK_EQ(list[2].parent, 40u);
  CHECK_EQ(decode_processes({}, list), Reason::malformed);
  CHECK_EQ(decode_processes(std::span(bytes).first(200), list), Reason::malformed);
  bytes[0] = std::byte{1};
  CHECK_EQ(decode_processes(bytes, list), Reason::malformed);
}
