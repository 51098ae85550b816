// See interfaces.h.
#include "interfaces.h"

#include <algorithm>
#include <cstring>

namespace plimsoll::windows_os {
namespace {

constexpr uint8_t kHardware = 1;
constexpr uint8_t kFilter = 2;
constexpr uint32_t kLoopbackType = 24;  // IF_TYPE_SOFTWARE_LOOPBACK
constexpr uint32_t kTunnelType = 131;   // IF_TYPE_TUNNEL

bool is_filter(const InterfaceRow& row) { return (row.flags & kFilter) != 0; }
bool is_loopback(const InterfaceRow& row) { return row.type == kLoopbackType; }
bool is_physical(const InterfaceRow& row) { return (row.flags & kHardware) != 0 && !is_filter(row) && !is_loopback(row); }
bool is_plain(const InterfaceRow& row) { return !is_filter(row) && !is_loopback(row) && row.type != kTunnelType; }

// An address of zeros is none.
bool same_permanent_address(const InterfaceRow& a, const InterfaceRow& b) {
  const size_t length = std::min<size_t>(a.address_bytes, sizeof a.permanent_address);
  if (length == 0 || a.address_bytes != b.address_bytes) return false;
  if (std::all_of(a.permanent_address, a.permanent_address + length, [](uint8_t byte) { return byte == 0; })) return false;
  return std::memcmp(a.permanent_address, b.permanent_address, length) == 0;
}

char16_t in_counter_path(char16_t c) {
  if (c == u'(') return u'[';
  if (c == u')') return u']';
  return c == u'#' || c == u'/' || c == u'\\' ? u'_' : c;
}

}  // namespace

Reason decode_interfaces(std::span<const std::byte> bytes, std::vector<CountedInterface>& interfaces) {
  interfaces.clear();
  uint32_t count = 0;
  if (bytes.size() < sizeof count) return Reason::malformed;
  std::memcpy(&count, bytes.data(), sizeof count);
  if (count == 0) return Reason::unsupported;
  if (bytes.size() < kInterfaceRowsAt || count > (bytes.size() - kInterfaceRowsAt) / sizeof(InterfaceRow)) return Reason::malformed;
  interfaces.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    std::memcpy(&interfaces[i].row, bytes.data() + kInterfaceRowsAt + i * sizeof(InterfaceRow), sizeof(InterfaceRow));
  }
  choose_counted(interfaces);
  return Reason::known;
}

void choose_counted(std::vector<CountedInterface>& interfaces) {
  const auto any = [&interfaces](bool (*is)(const InterfaceRow&)) {
    return std::any_of(interfaces.begin(), interfaces.end(), [is](const CountedInterface& one) { return is(one.row); });
  };
  // The lowest index first: then the choice among equals stays while others come and go.
  std::sort(interfaces.begin(), interfaces.end(),
            [](const CountedInterface& a, const CountedInterface& b) { return a.row.index < b.row.index; });
  const bool physical = any(is_physical);
  const bool plain = any(is_plain);
  for (size_t i = 0; i < interfaces.size(); ++i) {
    const InterfaceRow& row = interfaces[i].row;
    if (!physical) {
      interfaces[i].counted = plain ? is_plain(row) : !is_filter(row) && !is_loopback(row);
      continue;
    }
    interfaces[i].counted = is_physical(row) && std::none_of(interfaces.begin(), interfaces.begin() + static_cast<ptrdiff_t>(i),
        [&row](const CountedInterface& before) { return before.counted && same_permanent_address(before.row, row); });
  }
}

std::array<double, kNetworkCounters> counters_of(const InterfaceRow& row) {
  const auto number = [](uint64_t value) { return static_cast<double>(value); };
  return {number(row.in_octets),
          number(row.out_octets),
          number(row.in_unicast_packets + row.in_other_packets),
          number(row.out_unicast_packets + row.out_other_packets),
          number(row.in_errors),
          number(row.out_errors),
          number(row.in_discards),
          number(row.out_discards)};
}

uint64_t instance_key(std::u16string_view name) {
  uint64_t hash = 14695981039346656037u;
  for (const char16_t c : name) {
    const char bytes[] = {static_cast<char>(in_counter_path(c) & 0xff), static_cast<char>(in_counter_path(c) >> 8)};
    hash = identity(bytes, sizeof bytes, hash);
  }
  return hash;
}

uint64_t instance_key_of_description(const InterfaceRow& row) {
  const std::u16string_view room(row.description, std::size(row.description));
  return instance_key(room.substr(0, room.find(u'\0')));
}

bool parse_network_instance(std::u16string_view name, uint64_t& key) {
  if (name.empty() || name == u"_Total") return false;
  key = instance_key(name);
  return true;
}

void offer_pdh_network(const Instances& instances, const std::vector<CountedInterface>& interfaces, Offer& offer) {
  if (instances.reason != Reason::known) return offer.fail(instances.reason);
  offer.begin(instances.wraps);
  for (const CountedInterface& one : interfaces) {
    if (!one.counted) continue;
    const uint64_t key = instance_key_of_description(one.row);
    const auto found = std::find_if(instances.list.begin(), instances.list.end(), [key](const Instance& each) { return each.key == key; });
    if (found == instances.list.end()) return offer.fail(Reason::unsupported);
    offer.devices.push_back({one.row.luid, static_cast<double>(found->first)});
  }
  if (offer.devices.empty()) offer.fail(Reason::unsupported);
}

}  // namespace plimsoll::windows_os
