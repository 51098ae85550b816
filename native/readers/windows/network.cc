// See network.h. Which interfaces count is asked of GetIfTable2 in any case: PDH does not tell an adapter from a switch
// that repeats its bytes.
#include "network.h"

#include "api.h"
#include "interfaces.h"
#include "text.h"

namespace plimsoll::windows_os {
namespace {

struct NetworkField {
  Field field;
  NetworkCounter counter;
  const char* name;  // in a detail row
  PdhCounter pdh;
};
constexpr NetworkField kNetworkFields[] = {
    {Field::network_received_bytes_total, kReceivedBytes, "receivedBytes", PdhCounter::network_received_bytes},
    {Field::network_sent_bytes_total, kSentBytes, "sentBytes", PdhCounter::network_sent_bytes},
    {Field::network_received_packets_total, kReceivedPackets, "receivedPackets", PdhCounter::network_received_packets},
    {Field::network_sent_packets_total, kSentPackets, "sentPackets", PdhCounter::network_sent_packets},
    {Field::network_receive_errors_total, kReceiveErrors, "receiveErrors", PdhCounter::network_receive_errors},
    {Field::network_send_errors_total, kSendErrors, "sendErrors", PdhCounter::network_send_errors},
    {Field::network_receive_drops_total, kReceiveDrops, "receiveDrops", PdhCounter::network_receive_drops},
    {Field::network_send_drops_total, kSendDrops, "sendDrops", PdhCounter::network_send_drops},
};

std::string name_of(const InterfaceRow& row) {
  const std::wstring_view room(reinterpret_cast<const wchar_t*>(row.alias), std::size(row.alias));
  return to_utf8(room.substr(0, room.find(L'\0')));
}

Reason take(std::vector<CountedInterface>& interfaces) {
  interfaces.clear();
  if (api().get_interfaces == nullptr || api().free_table == nullptr) return Reason::unsupported;
  MIB_IF_TABLE2* table = nullptr;
  const auto error = static_cast<DWORD>(api().get_interfaces(&table));
  if (error != NO_ERROR || table == nullptr) return reason_of_error(error);
  const size_t bytes = kInterfaceRowsAt + table->NumEntries * sizeof(InterfaceRow);
  const Reason outcome = decode_interfaces({reinterpret_cast<const std::byte*>(table), bytes}, interfaces);
  api().free_table(table);
  return outcome;
}

class NetworkReader final : public Reader {
 public:
  explicit NetworkReader(std::shared_ptr<Pdh> pdh) : pdh_(std::move(pdh)) {}

  const char* noun() const override { return "network"; }

  void read_rates(Sample& sample) override {
    const Reason outcome = take(interfaces_);
    for (const auto& one : kNetworkFields) {
      Offer& table = table_[one.counter];
      if (outcome == Reason::known) {
        table.begin();
        for (const auto& each : interfaces_) {
          if (each.counted) table.devices.push_back({each.row.luid, counters_of(each.row)[one.counter]});
        }
      } else {
        table.fail(outcome);
      }
      offer_pdh_network(pdh_->of(one.pdh), interfaces_, from_pdh_);
      sample.put(one.field, totals_[one.counter].take(from_pdh_, table));
    }
  }

  void describe(Sources& sources) const override {
    std::vector<CountedInterface> interfaces;
    take(interfaces);
    for (const auto& one : kNetworkFields) {
      std::string source = pdh_->source(one.pdh, "GetIfTable2");
      Offer offer;
      offer_pdh_network(pdh_->last(one.pdh), interfaces, offer);
      if (pdh_->last(one.pdh).reason == Reason::known && offer.reason != Reason::known) source = "GetIfTable2 (PDH lacks an interface)";
      sources.add(one.field, source);
    }
  }

  void list(Details& details) override {
    if (take(interfaces_) != Reason::known) return;
    for (const auto& one : interfaces_) {
      const auto counters = counters_of(one.row);
      DetailRow row;
      row.texts.emplace_back("name", name_of(one.row));
      row.numbers.emplace_back("index", static_cast<double>(one.row.index));
      row.numbers.emplace_back("counted", one.counted ? 1 : 0);
      for (const auto& each : kNetworkFields) row.numbers.emplace_back(each.name, counters[each.counter]);
      details.interfaces.push_back(std::move(row));
    }
  }

 private:
  std::shared_ptr<Pdh> pdh_;
  std::vector<CountedInterface> interfaces_;
  Offers<kNetworkCounters> table_;
  Offer from_pdh_;
  std::array<ServedCounter, kNetworkCounters> totals_;
};

}  // namespace

std::unique_ptr<Reader> network_reader(std::shared_ptr<Pdh> pdh) { return std::make_unique<NetworkReader>(std::move(pdh)); }

}  // namespace plimsoll::windows_os
