// See network.h. Traps: the counters are those of one network namespace; a device that is made anew starts at 0; what
// counts depends on all interfaces together, so a whole reading is taken before anything is added up.
#include "network.h"

#include "../../accumulator.h"
#include "interfaces.h"
#include "scanner.h"

#include <algorithm>
#include <cmath>

namespace plimsoll::linux_os {
namespace {

constexpr size_t kLooksAtOnce = 32;     // interfaces that a slow reading looks at again: some 10 µs each
constexpr size_t kNameBytesAtMost = 15;  // IFNAMSIZ less the NUL
constexpr uint32_t kLoopbackIndex = 1;   // of every network namespace: LOOPBACK_IFINDEX, since Linux 3.7
constexpr int kMostFailures = 3;         // in a row; then rtnetlink is given up

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

class NetworkReader final : public Reader {
 public:
  explicit NetworkReader(Root& root)
      : net_dev_(root, "/proc/self/net/dev", Shape::paged),
        old_net_dev_(root, "/proc/net/dev", Shape::paged),
        interfaces_(root),
        uses_netlink_(root.live()) {}

  const char* noun() const override { return "network"; }

  void read_slow(Sample&) override {
    if (!uses_netlink_ || changes_.any()) looks_due_ = interfaces_.all().size();
    const size_t looks = std::min(looks_due_, kLooksAtOnce);
    interfaces_.look_again(looks, [this](const Interface& one) { return name_now(one); });
    looks_due_ -= looks;
  }

  void read_rates(Sample& sample) override {
    const Reason outcome = take();
    if (outcome != Reason::known) {
      for (const auto& one : kNetworkFields) sample.fail(one.field, outcome);
      return;
    }
    totals_.begin();
    for (const auto& row : rows_) {
      const Interface* one = interfaces_.known(row.key);
      if (one != nullptr && one->counted) totals_.observe(row.key, row.counters);
    }
    totals_.end();
    for (const auto& one : kNetworkFields) sample.set(one.field, totals_.totals()[one.counter]);
  }

  void describe(Sources& sources) const override {
    const std::string_view source = uses_netlink_ ? "rtnetlink RTM_GETSTATS" : std::string_view(net_dev_.absolute());
    for (const auto& one : kNetworkFields) sources.add(one.field, source);
  }

  void list(Details& details) override {
    if (take() != Reason::known) return;
    interfaces_.look_again(interfaces_.all().size(), [this](const Interface& one) { return name_now(one); });
    for (const auto& taken : rows_) {
      const Interface* known = interfaces_.known(taken.key);
      if (known == nullptr) continue;
      DetailRow row;
      row.texts.emplace_back("name", known->name);
      row.numbers.emplace_back("index", uses_netlink_ ? static_cast<double>(known->key) : std::nan(""));
      row.numbers.emplace_back("counted", known->counted ? 1 : 0);
      for (const auto& one : kNetworkFields) row.numbers.emplace_back(one.name, taken.counters[one.counter]);
      details.interfaces.push_back(std::move(row));
    }
  }

 private:
  struct Row {
    uint64_t key;
    NetworkCounters counters;
  };

  std::string_view name_now(const Interface& one) {
    return uses_netlink_ ? socket_.name_of(static_cast<uint32_t>(one.key)) : std::string_view(one.name);
  }

  // One reading of all interfaces into rows_, and which of them count.
  Reason take() {
    if (uses_netlink_) {
      const Reason outcome = take_netlink();
      if (outcome == Reason::known) return outcome;
      const bool final = outcome == Reason::unsupported || outcome == Reason::denied || ++failures_ >= kMostFailures;
      if (!final) return outcome;
      uses_netlink_ = false;
    }
    return take_net_dev();
  }

  // The key is the index alone: it stays when an interface is renamed, and is not given out again.
  Reason take_netlink() {
    const Reason outcome = socket_.read(links_);
    if (outcome != Reason::known) return outcome;
    failures_ = 0;
    rows_.clear();  // keeps its room
    interfaces_.begin();
    for (const auto& link : links_) {
      rows_.push_back({link.index, link.counters});
      if (!interfaces_.seen(link.index)) interfaces_.add(link.index, socket_.name_of(link.index), link.index == kLoopbackIndex);
    }
    interfaces_.end();
    return rows_.empty() ? Reason::unsupported : Reason::known;
  }

  Reason take_net_dev() {
    auto text = net_dev_.read();
    if (text.reason == Reason::unsupported) text = old_net_dev_.read();
    if (!text) return text.reason;
    rows_.clear();
    interfaces_.begin();
    Scanner lines(*text);
    std::string_view line;
    while (lines.line(line)) {
      const auto found = parse_net_dev_line(line);
      if (found.reason == Reason::unsupported) continue;
      if (!found) return found.reason;
      const uint64_t key = identity(found->name.data(), found->name.size());
      rows_.push_back({key, found->counters});
      if (!interfaces_.seen(key)) interfaces_.add(key, found->name, false);
    }
    interfaces_.end();
    return rows_.empty() ? Reason::unsupported : Reason::known;
  }

  KeptFile net_dev_;
  KeptFile old_net_dev_;  // recordings may have it under its old name only
  LinkStatsSocket socket_;
  LinkChanges changes_;
  Interfaces interfaces_;
  std::vector<LinkStats> links_;
  std::vector<Row> rows_;
  Accumulator<kNetworkCounters> totals_;
  size_t looks_due_ = 0;
  int failures_ = 0;
  bool uses_netlink_;
};

}  // namespace

Result<NetDevLine> parse_net_dev_line(std::string_view line) {
  constexpr size_t kIgnored = kNetworkCounters;  // fifo, frame, compressed, multicast
  constexpr size_t kOrder[] = {kReceivedBytes, kReceivedPackets, kReceiveErrors, kReceiveDrops, kIgnored,    kIgnored,
                               kIgnored,       kIgnored,         kSentBytes,     kSentPackets,  kSendErrors, kSendDrops};
  const size_t colon = line.rfind(':');  // before Linux 2.6.39 no blank follows it; an old alias has one in its name
  std::string_view more;
  if (colon == std::string_view::npos) {
    const bool empty = !Scanner(line).word(more);
    return empty || line.find('|') != std::string_view::npos ? Reason::unsupported : Reason::malformed;
  }
  NetDevLine found;
  Scanner name(line.substr(0, colon));
  if (!name.word(found.name) || name.word(more) || found.name.size() > kNameBytesAtMost) return Reason::malformed;
  Scanner words(line.substr(colon + 1));
  for (const size_t counter : kOrder) {
    uint64_t value = 0;
    if (!words.number(value)) return Reason::malformed;
    if (counter != kIgnored) found.counters[counter] = static_cast<double>(value);
  }
  return found;
}

std::unique_ptr<Reader> network_reader(Root& root) { return std::make_unique<NetworkReader>(root); }

}  // namespace plimsoll::linux_os
