// Rows of the kernel's interface table, decoded, and which of them count. Any thread: pure, tested without macOS.
// xnu bsd/net/if_mib.h (struct ifmibdata), bsd/net/if_var.h (struct if_data64), bsd/net/if_types.h
#pragma once

#include "bytes.h"

#include <array>

namespace plimsoll::darwin_os {

enum NetworkCounter : size_t {
  kReceivedBytes, kSentBytes, kReceivedPackets, kSentPackets, kReceiveErrors, kSendErrors, kReceiveDrops, kSendDrops,
  kNetworkCounters
};
using NetworkCounters = std::array<double, kNetworkCounters>;

#pragma pack(push, 4)  // as if_var.h has it: 64-bit numbers on 4-byte boundaries
struct InterfaceRecord {
  char name[16];  // IFNAMSIZ
  uint32_t listeners;
  uint32_t flags;
  uint32_t send_queue_length;
  uint32_t send_queue_most;
  uint32_t send_drops;
  uint32_t filler[4];
  uint8_t type;  // IFT_*
  uint8_t traits[7];
  uint32_t mtu;
  uint32_t metric;
  uint64_t baud_rate;
  uint64_t received_packets;
  uint64_t receive_errors;
  uint64_t sent_packets;
  uint64_t send_errors;
  uint64_t collisions;
  uint64_t received_bytes;
  uint64_t sent_bytes;
  uint64_t multicasts[2];
  uint64_t receive_drops;
  uint64_t unknown_protocol;
  uint32_t timing[2];
  uint32_t last_change[2];
};
#pragma pack(pop)
static_assert(sizeof(InterfaceRecord) == 180);

struct InterfaceRow {
  char name[16] = {};
  uint8_t type = 0;
  NetworkCounters counters{};

  std::string_view name_text() const {
    std::string_view text;
    text_of(name, text);
    return text;
  }
};

// One row. `gone` where the interface is being taken down: its row is all zeros.
inline Result<InterfaceRow> decode_interface(Bytes bytes) {
  InterfaceRecord record{};
  std::string_view name;
  if (!copy_record(bytes, record)) return Reason::malformed;
  if (!text_of(record.name, name)) return Reason::gone;
  InterfaceRow row;
  std::memcpy(row.name, record.name, sizeof row.name);
  row.type = record.type;
  const auto put = [&row](NetworkCounter counter, uint64_t value) { row.counters[counter] = static_cast<double>(value); };
  put(kReceivedBytes, record.received_bytes);
  put(kSentBytes, record.sent_bytes);
  put(kReceivedPackets, record.received_packets);
  put(kSentPackets, record.sent_packets);
  put(kReceiveErrors, record.receive_errors);
  put(kSendErrors, record.send_errors);
  put(kReceiveDrops, record.receive_drops);
  put(kSendDrops, record.send_drops);  // 32 bits wide: a wrap is a step back and adds nothing
  return row;
}

enum class InterfaceRole : uint8_t {
  loopback,  // never counts
  physical,  // a network card: Ethernet, Wi-Fi, Thunderbolt, a tethered phone
  plain,     // none of the others; what there is in some virtual machines
  tied,      // repeats what others carry, or speaks to the machine's own parts
};

namespace interface_types {
inline constexpr uint8_t kEthernet = 0x06, kLoopback = 0x18, kTunnel = 0x37, k6to4 = 0x39, kVlan = 0x87, kBond = 0x88, kFireWire = 0x90,
                         kBridge = 0xd1, kCellular = 0xff;
}  // namespace interface_types

// "en0" but not "engine": the prefix, then at least one digit and nothing else.
inline bool is_numbered(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  return name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
}

// By type where the type tells, else by name. macOS names every network card en<number>, FireWire fw<number>, modems pdp_ip<number>.
// Tied: bridge (their ports are counted), vlan, bond (its ports are), gif, stf, utun, ipsec and ppp (what they carry goes
// out through a card), awdl, llw and ap (further faces of the Wi-Fi card, whose counters en<number> has), anpi (Apple's own
// processors), vmenet and feth (ends of a wire inside the machine), p2p, XHC (USB capture).
inline InterfaceRole role_of(std::string_view name, uint8_t type) {
  using namespace interface_types;
  constexpr std::string_view kTied[] = {"bridge", "vlan", "bond", "gif", "stf", "utun", "ipsec", "ppp", "awdl", "llw",
                                        "ap",     "anpi", "vmenet", "feth", "p2p", "XHC", "vmnet", "tun", "tap", "pktap", "iptap"};
  if (type == kLoopback || is_numbered(name, "lo")) return InterfaceRole::loopback;
  if (type == kTunnel || type == k6to4 || type == kVlan || type == kBond || type == kBridge) return InterfaceRole::tied;
  if (type == kEthernet && is_numbered(name, "en")) return InterfaceRole::physical;
  if (type == kFireWire && is_numbered(name, "fw")) return InterfaceRole::physical;
  if (type == kCellular && is_numbered(name, "pdp_ip")) return InterfaceRole::physical;
  for (const auto prefix : kTied) {
    if (is_numbered(name, prefix)) return InterfaceRole::tied;
  }
  return InterfaceRole::plain;
}

// Which roles count, once all interfaces have been seen: if any is physical, exactly those; else the plain ones; else all
// but loopback.
class CountedRoles {
 public:
  void see(InterfaceRole role) { seen_[static_cast<size_t>(role)] = true; }
  bool count(InterfaceRole role) const {
    if (has(InterfaceRole::physical)) return role == InterfaceRole::physical;
    if (has(InterfaceRole::plain)) return role == InterfaceRole::plain;
    return role != InterfaceRole::loopback;
  }
  bool any() const { return seen_ != decltype(seen_){}; }

 private:
  bool has(InterfaceRole role) const { return seen_[static_cast<size_t>(role)]; }
  std::array<bool, 4> seen_{};
};

// Newer systems (26.5 was reported) keep the bytes of some cards from third parties: 0, although packets pass. Bytes that
// are withheld are no traffic of 0.
inline bool withholds_bytes(const InterfaceRow& row, NetworkCounter bytes, NetworkCounter packets) {
  return row.counters[bytes] == 0 && row.counters[packets] > 0;
}

}  // namespace plimsoll::darwin_os
