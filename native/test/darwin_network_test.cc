// Documented byte layouts and interface lists for readers/darwin/interface_table.h.
#include "../readers/darwin/interface_table.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::darwin_os;
using namespace plimsoll::darwin_os::interface_types;

namespace {

template <typename T>
void put(std::vector<uint8_t>& bytes, size_t place, T value) {
  std::memcpy(bytes.data() + place, &value, sizeof value);
}

// struct ifmibdata: 52 bytes, then struct if_data64 packed on 4 bytes. Each value tells its member.
std::vector<uint8_t> row_bytes() {
  std::vector<uint8_t> bytes(180);
  std::memcpy(bytes.data(), "en0", 3);
  put(bytes, 32, uint32_t{8});  // ifmd_snd_drops
  bytes[52] = kEthernet;        // ifi_type
  put(bytes, 60, uint32_t{1500});                    // ifi_mtu
  put(bytes, 68, uint64_t{1'000'000'000});           // ifi_baudrate
  put(bytes, 76, uint64_t{3});                       // ifi_ipackets
  put(bytes, 84, uint64_t{5});                       // ifi_ierrors
  put(bytes, 92, uint64_t{4});                       // ifi_opackets
  put(bytes, 100, uint64_t{6});                      // ifi_oerrors
  put(bytes, 108, uint64_t{99});                     // ifi_collisions
  put(bytes, 116, (uint64_t{1} << 32) + 1);          // ifi_ibytes: more than 32 bits, and no whole KiB
  put(bytes, 124, uint64_t{2});                      // ifi_obytes
  put(bytes, 132, uint64_t{98});                     // ifi_imcasts
  put(bytes, 148, uint64_t{7});                      // ifi_iqdrops
  put(bytes, 156, uint64_t{97});                     // ifi_noproto
  return bytes;
}

struct Seen {
  const char* name;
  uint8_t type;
};

// Names of the interfaces that count, in their order.
std::string counted_of(const std::vector<Seen>& interfaces) {
  CountedRoles roles;
  for (const auto& one : interfaces) roles.see(role_of(one.name, one.type));
  std::string names;
  for (const auto& one : interfaces) {
    if (roles.count(role_of(one.name, one.type))) names += std::string(names.empty() ? "" : " ") + one.name;
  }
  return names;
}

}  // namespace

TEST("darwin interface row: every member at its place") {
  const auto row = decode_interface(row_bytes());
  CHECK(static_cast<bool>(row));
  CHECK_EQ(row->name_text(), "en0");
  CHECK_EQ(row->type, kEthernet);
  const NetworkCounters expected = {4294967297.0, 2, 3, 4, 5, 6, 7, 8};
  CHECK(row->counters == expected);
}

TEST("darwin interface row: cut off, longer, without a name, with a name that fills its room") {
  auto bytes = row_bytes();
  for (size_t length = 0; length < bytes.size(); ++length) {
    const std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length));  // so that a sanitizer sees its end
    CHECK_EQ(decode_interface(cut).reason, Reason::malformed);
  }
  bytes.resize(256);
  CHECK_EQ(decode_interface(bytes)->counters[kSentBytes], 2.0);
  std::memcpy(bytes.data(), "a_name_of_16_byt", 16);
  const auto longest = decode_interface(bytes);
  CHECK_EQ(longest->name_text(), "a_name_of_16_byt");
  std::memset(bytes.data(), 0, bytes.size());
  CHECK_EQ(decode_interface(bytes).reason, Reason::gone);
}

TEST("darwin interfaces: a laptop's network cards count, nothing that repeats them") {
  // As ifconfig lists them on an Apple silicon laptop with a running virtual machine and a VPN.
  CHECK_EQ(counted_of({{"lo0", kLoopback}, {"gif0", kTunnel},     {"stf0", k6to4},      {"anpi0", kEthernet}, {"anpi1", kEthernet},
                       {"en3", kEthernet}, {"en1", kEthernet},    {"bridge0", kBridge}, {"ap1", kEthernet},   {"en0", kEthernet},
                       {"awdl0", kEthernet}, {"llw0", kEthernet}, {"utun0", 1},         {"utun12", 1},        {"vmenet0", kEthernet},
                       {"bridge100", kBridge}, {"vlan0", kVlan},  {"bond0", kBond},     {"ipsec0", 1},        {"pdp_ip0", kCellular},
                       {"fw0", kFireWire}}),
           "en3 en1 en0 pdp_ip0 fw0");
}

TEST("darwin interfaces: without a card the plain ones count, without those all but loopback") {
  CHECK_EQ(counted_of({{"lo0", kLoopback}, {"eth0", kEthernet}, {"utun0", 1}}), "eth0");
  CHECK_EQ(counted_of({{"lo0", kLoopback}, {"utun0", 1}, {"bridge0", kBridge}}), "utun0 bridge0");
  CHECK_EQ(counted_of({{"lo0", kLoopback}}), "");
  CountedRoles none;
  CHECK(!none.any());
}

TEST("darwin interfaces: names are a prefix and a number") {
  CHECK(is_numbered("en0", "en") && is_numbered("en10", "en"));
  for (const char* name : {"en", "en0a", "enc0", "e0", "", "en-1"}) CHECK(!is_numbered(name, "en"));
  CHECK(role_of("en0", 1) == InterfaceRole::plain);  // the type has to agree
  CHECK(role_of("apple0", kEthernet) == InterfaceRole::plain);
}

TEST("darwin interfaces: bytes that are withheld are told from no traffic") {
  InterfaceRow row;
  CHECK(!withholds_bytes(row, kReceivedBytes, kReceivedPackets));
  row.counters[kReceivedPackets] = 3;
  CHECK(withholds_bytes(row, kReceivedBytes, kReceivedPackets));
  row.counters[kReceivedBytes] = 200;
  CHECK(!withholds_bytes(row, kReceivedBytes, kReceivedPackets));
}
