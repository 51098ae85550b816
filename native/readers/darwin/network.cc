// See network.h. Traps: getifaddrs() has 32-bit counters; the routing sysctls (NET_RT_IFLIST, NET_RT_IFLIST2) give third
// parties bytes that are cut to 32 bits since macOS 11 and rounded since 10.13, while IFMIB_IFDATA gives them whole. It is
// asked by index; indexes have holes, and what counts depends on all interfaces together (interface_table.h).
#include "network.h"

#include "../../accumulator.h"
#include "interface_table.h"
#include "sysctl.h"

#include <cerrno>
#include <net/if.h>
#include <net/if_var.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

namespace plimsoll::darwin_os {
namespace {

// xnu bsd/net/if_mib.h, which not every set of headers has.
constexpr int kGeneric = 0;         // NETLINK_GENERIC
constexpr int kSystem = 1;          // IFMIB_SYSTEM
constexpr int kInterfaceData = 2;   // IFMIB_IFDATA
constexpr int kInterfaceCount = 1;  // IFMIB_IFCOUNT: the highest index that was ever given out
constexpr int kGeneralData = 1;     // IFDATA_GENERAL

// struct ifmibdata is what stands before ifmd_data, then struct if_data64.
constexpr size_t kDataOffset = offsetof(InterfaceRecord, type);
static_assert(sizeof(if_data64) + kDataOffset == sizeof(InterfaceRecord) && IFNAMSIZ == sizeof(InterfaceRecord::name));
static_assert(offsetof(if_data64, ifi_ipackets) + kDataOffset == offsetof(InterfaceRecord, received_packets));
static_assert(offsetof(if_data64, ifi_oerrors) + kDataOffset == offsetof(InterfaceRecord, send_errors));
static_assert(offsetof(if_data64, ifi_ibytes) + kDataOffset == offsetof(InterfaceRecord, received_bytes));
static_assert(offsetof(if_data64, ifi_iqdrops) + kDataOffset == offsetof(InterfaceRecord, receive_drops));

constexpr size_t kRecordBytes = 1024;  // the kernel refuses a buffer that is too small, should the record ever grow
constexpr uint64_t kMostInterfaces = 16384;

struct NetworkField {
  Field field;
  NetworkCounter counter;
  const char* name;  // in a detail row
};
constexpr NetworkField kNetworkFields[] = {
    {Field::network_received_bytes_total, kReceivedBytes, "receivedBytes"},
    {Field::network_sent_bytes_total, kSentBytes, "sentBytes"},
    {Field::network_received_packets_total, kReceivedPackets, "receivedPackets"},
    {Field::network_sent_packets_total, kSentPackets, "sentPackets"},
    {Field::network_receive_errors_total, kReceiveErrors, "receiveErrors"},
    {Field::network_send_errors_total, kSendErrors, "sendErrors"},
    {Field::network_receive_drops_total, kReceiveDrops, "receiveDrops"},
    {Field::network_send_drops_total, kSendDrops, "sendDrops"},
};

template <size_t N>
Result<Bytes> ask(const int (&question)[N], std::span<uint8_t> buffer) {
  size_t length = buffer.size();
  if (sysctl(const_cast<int*>(question), N, buffer.data(), &length, nullptr, 0) != 0) return reason_of(errno);
  return Bytes(buffer.data(), length);
}

class NetworkReader final : public Reader {
 public:
  const char* noun() const override { return "network"; }

  void read_rates(Sample& sample) override {
    const Reason outcome = take();
    if (outcome != Reason::known) {
      for (const auto& one : kNetworkFields) sample.fail(one.field, outcome);
      return;
    }
    bool received_withheld = false, sent_withheld = false;
    totals_.begin();
    for (const auto& taken : rows_) {
      if (!roles_.count(taken.role)) continue;
      totals_.observe(taken.key, taken.row.counters);
      received_withheld = received_withheld || withholds_bytes(taken.row, kReceivedBytes, kReceivedPackets);
      sent_withheld = sent_withheld || withholds_bytes(taken.row, kSentBytes, kSentPackets);
    }
    totals_.end();
    for (const auto& one : kNetworkFields) sample.set(one.field, totals_.totals()[one.counter]);
    if (received_withheld) sample.fail(Field::network_received_bytes_total, Reason::unsupported);
    if (sent_withheld) sample.fail(Field::network_sent_bytes_total, Reason::unsupported);
  }

  void describe(Sources& sources) const override {
    for (const auto& one : kNetworkFields) sources.add(one.field, "sysctl net.link.generic.ifdata");
  }

  void list(Details& details) override {
    if (take() != Reason::known) return;
    for (const auto& taken : rows_) {
      DetailRow row;
      row.texts.emplace_back("name", taken.row.name_text());
      row.numbers.emplace_back("index", taken.index);
      row.numbers.emplace_back("counted", roles_.count(taken.role) ? 1 : 0);
      for (const auto& one : kNetworkFields) row.numbers.emplace_back(one.name, taken.row.counters[one.counter]);
      details.interfaces.push_back(std::move(row));
    }
  }

 private:
  struct Taken {
    uint64_t key;
    int index;
    InterfaceRole role;
    InterfaceRow row;
  };

  // One reading of all interfaces into rows_, and which roles of them count.
  Reason take() {
    constexpr int question[] = {CTL_NET, PF_LINK, kGeneric, kSystem, kInterfaceCount};
    const auto bytes = ask(question, record_);
    const auto highest = bytes ? decode_number(*bytes) : Result<uint64_t>(bytes.reason);
    if (!highest) return highest.reason;
    if (*highest > kMostInterfaces) return Reason::malformed;
    rows_.clear();  // keeps its room
    roles_ = {};
    for (int index = 1; index <= static_cast<int>(*highest); ++index) {
      const Reason reason = take_one(index);
      if (reason != Reason::known) return reason;
    }
    return roles_.any() ? Reason::known : Reason::unsupported;
  }

  Reason take_one(int index) {
    const int question[] = {CTL_NET, PF_LINK, kGeneric, kInterfaceData, index, kGeneralData};
    const auto bytes = ask(question, record_);
    if (bytes.reason == Reason::unsupported || bytes.reason == Reason::gone) return Reason::known;  // ENOENT: a hole
    if (!bytes) return bytes.reason;
    const auto row = decode_interface(*bytes);
    if (row.reason == Reason::gone) return Reason::known;
    if (!row) return row.reason;
    const std::string_view name = row->name_text();
    const InterfaceRole role = role_of(name, row->type);
    roles_.see(role);
    rows_.push_back({identity(name.data(), name.size(), static_cast<uint64_t>(index)), index, role, *row});
    return Reason::known;
  }

  std::array<uint8_t, kRecordBytes> record_{};
  std::vector<Taken> rows_;
  CountedRoles roles_;
  Accumulator<kNetworkCounters> totals_;
};

}  // namespace

std::unique_ptr<Reader> network_reader() { return std::make_unique<NetworkReader>(); }

}  // namespace plimsoll::darwin_os
