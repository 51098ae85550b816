// Line tables, datagrams and fake machines for readers/linux/network.h, rtnetlink.h and interfaces.h.
#include "../readers/linux/interfaces.h"
#include "../readers/linux/network.h"
#include "check.h"
#include "recorded_tree.h"

#include <cstring>
#include <linux/netlink.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::RecordedTree;

namespace {

constexpr const char* kHead =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

std::string net_dev_line(const std::string& name, int received, int sent = 0) {
  return "  " + name + ": " + std::to_string(received) + " 2 3 4 0 0 0 0 " + std::to_string(sent) + " 6 7 8 0 0 0 0\n";
}

struct Machine {
  explicit Machine(const RecordedTree& tree) : root(tree.options()), reader(network_reader(root)) {}
  void tick() {
    root.next_attempt();
    reader->read_slow(sample);
    reader->read_rates(sample);
  }
  double received() const { return sample.value(Field::network_received_bytes_total); }
  Reason reason() const { return sample.reason(Field::network_received_bytes_total); }

  Root root;
  std::unique_ptr<Reader> reader;
  Sample sample;
};

// What a machine with these interfaces counts: every interface received a power of two.
double counted_of(const RecordedTree& tree, const std::vector<std::string>& names) {
  std::string text = kHead;
  for (size_t i = 0; i < names.size(); ++i) text += net_dev_line(names[i], 1 << i);
  tree.file("/proc/self/net/dev", text);
  Machine machine(tree);
  machine.tick();
  return machine.received();
}

// Laid out as Linux 6.18 answers an RTM_GETSTATS dump, sequence 7: one interface, then the end of the dump. The values
// are made up, so that each tells its field.
std::vector<uint8_t> answer() {
  std::vector<uint8_t> bytes(232 + 20);
  const auto put = [&bytes](size_t place, auto value) { std::memcpy(bytes.data() + place, &value, sizeof value); };
  put(0, uint32_t{232});       // nlmsg_len
  put(4, uint16_t{92});        // RTM_NEWSTATS
  put(6, uint16_t{2});         // NLM_F_MULTI
  put(8, uint32_t{7});         // sequence
  put(20, uint32_t{5});        // ifindex
  put(24, uint32_t{1});        // filter mask
  put(28, uint16_t{204});      // attribute: length
  put(30, uint16_t{1});        // IFLA_STATS_LINK_64
  for (uint64_t i = 0; i < 25; ++i) put(32 + 8 * i, uint64_t{100} + i);
  put(232, uint32_t{20});
  put(236, uint16_t{3});       // NLMSG_DONE
  put(238, uint16_t{2});
  put(240, uint32_t{7});
  return bytes;
}

}  // namespace

TEST("net/dev line: numbers, old forms, heads") {
  const auto found = parse_net_dev_line("  eth0: 151763014    3842    1    2    3     4          5         6   220769    2558    7    8    9     10       11          12");
  CHECK(static_cast<bool>(found));
  CHECK_EQ(found->name, "eth0");
  const NetworkCounters expected = {151763014, 220769, 3842, 2558, 1, 7, 2, 8};
  CHECK(found->counters == expected);
  CHECK_EQ(parse_net_dev_line("eth0:12 1 0 0 0 0 0 0 34 1 0 0 0 0 0 0")->counters[kReceivedBytes], 12.0);
  CHECK_EQ(parse_net_dev_line("eth0:1: 12 1 0 0 0 0 0 0 34 1 0 0 0 0 0 0")->name, "eth0:1");
  CHECK_EQ(parse_net_dev_line("a: 18446744073709551615 1 0 0 0 0 0 0 34 1 0 0")->counters[kReceivedBytes], 18446744073709551615.0);
  for (const char* line : {"", "   ", "Inter-|   Receive  |  Transmit", " face |bytes    packets"}) {
    CHECK_EQ(parse_net_dev_line(line).reason, Reason::unsupported);
  }
  for (const char* line : {"eth0", "eth0:", ": 1 2 3 4 5 6 7 8 9 10 11 12", "eth0: 1 2 3", "eth0: 1 2 3 4 5 6 7 8 9 10 11", "eth0: 1 2 3 4 5 6 7 8 9 10 11 x",
                           "eth0: -1 2 3 4 5 6 7 8 9 10 11 12", "e t: 1 2 3 4 5 6 7 8 9 10 11 12", "a_name_of_16_byte: 1 2 3 4 5 6 7 8 9 10 11 12",
                           "eth0: 99999999999999999999 2 3 4 5 6 7 8 9 10 11 12"}) {
    CHECK_EQ(parse_net_dev_line(line).reason, Reason::malformed);
  }
}

TEST("rtnetlink: an answer and its end") {
  const auto bytes = answer();
  LinkStatsDecoder decoder(bytes, 7);
  LinkStats link;
  CHECK(decoder.next(link));
  CHECK_EQ(link.index, 5u);
  const NetworkCounters expected = {102, 103, 100, 101, 104, 105, 106 + 115, 107};
  CHECK(link.counters == expected);
  CHECK_EQ(decoder.next(link), false);
  CHECK(decoder.state() == LinkStatsDecoder::State::done);
  CHECK_EQ(decoder.interrupted(), false);
}

TEST("rtnetlink: loopback's message, captured from Linux 6.18") {
  constexpr uint8_t captured[] = {0xe8, 0, 0, 0, 0x5c, 0, 2, 0, 7, 0, 0, 0, 0x4f, 0x18, 0, 0,  // head
                                  0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xcc, 0, 1, 0,           // interface 1, IFLA_STATS_LINK_64
                                  0x1d, 0, 0, 0, 0, 0, 0, 0, 0x1d, 0, 0, 0, 0, 0, 0, 0,        // packets
                                  0x79, 0x0c, 0, 0, 0, 0, 0, 0, 0x79, 0x0c, 0, 0, 0, 0, 0, 0};  // bytes
  std::vector<uint8_t> bytes(std::begin(captured), std::end(captured));
  bytes.resize(232);  // the other counters were 0
  LinkStatsDecoder decoder(bytes, 7);
  LinkStats link;
  CHECK(decoder.next(link));
  CHECK_EQ(link.index, 1u);
  const NetworkCounters expected = {3193, 3193, 29, 29, 0, 0, 0, 0};
  CHECK(link.counters == expected);
  CHECK_EQ(decoder.next(link), false);
  CHECK(decoder.state() == LinkStatsDecoder::State::more);
}

TEST("rtnetlink: truncated at every length, nothing is read past the end") {
  const auto bytes = answer();
  for (size_t length = 0; length < bytes.size(); ++length) {
    const std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length));  // so that a sanitizer sees its end
    LinkStatsDecoder decoder(cut, 7);
    LinkStats link;
    size_t links = 0;
    while (decoder.next(link)) ++links;
    CHECK_EQ(links, length < 232 ? size_t{0} : size_t{1});
    const bool whole = length == 0 || length == 232;
    CHECK(decoder.state() == (whole ? LinkStatsDecoder::State::more : LinkStatsDecoder::State::malformed));
  }
}

TEST("rtnetlink: every length field with every small value, and the largest") {
  for (const size_t place : {size_t{0}, size_t{28}, size_t{232}}) {
    for (uint32_t value = 0; value < 300; ++value) {
      auto bytes = answer();
      const auto written = static_cast<uint16_t>(value == 299 ? 0xffff : value);
      std::memcpy(bytes.data() + place, &written, sizeof written);
      LinkStatsDecoder decoder(bytes, 7);
      LinkStats link;
      size_t links = 0;
      while (decoder.next(link)) ++links;
      CHECK(links <= 1);
    }
  }
}

TEST("rtnetlink: errors, interruptions and other questions' answers") {
  LinkStats link;
  auto refused = answer();
  refused[4] = NLMSG_ERROR;
  LinkStatsDecoder error(refused, 7);
  CHECK_EQ(error.next(link), false);
  CHECK(error.state() == LinkStatsDecoder::State::refused);

  auto broken = answer();
  std::memset(broken.data() + 248, 0xff, 4);  // NLMSG_DONE with -1
  LinkStatsDecoder done(broken, 7);
  while (done.next(link)) {
  }
  CHECK(done.state() == LinkStatsDecoder::State::refused);

  auto changed = answer();
  changed[6] |= NLM_F_DUMP_INTR;
  LinkStatsDecoder interrupted(changed, 7);
  while (interrupted.next(link)) {
  }
  CHECK(interrupted.interrupted());

  const auto bytes = answer();
  LinkStatsDecoder other(bytes, 8);
  CHECK_EQ(other.next(link), false);
  CHECK(other.state() == LinkStatsDecoder::State::more);

  auto foreign = answer();
  foreign[30] = 2;  // IFLA_STATS_LINK_XSTATS instead
  LinkStatsDecoder without(foreign, 7);
  CHECK_EQ(without.next(link), false);
  CHECK(without.state() == LinkStatsDecoder::State::done);
}

TEST("network: physical interfaces alone count where there is one") {
  const RecordedTree tree;
  tree.folder("/sys/class/net/eth0/device");
  tree.folder("/sys/class/net/wlan0/device");
  tree.folder("/sys/class/net/wlan0/master");
  tree.folder("/sys/class/net/br0/bridge");
  tree.folder("/sys/class/net/veth1");
  CHECK_EQ(counted_of(tree, {"lo", "eth0", "wlan0", "br0", "veth1", "unknown0"}), 2.0 + 4.0);
}

TEST("network: a physical port of a physical master is inside it") {
  const RecordedTree tree;
  tree.folder("/sys/class/net/eth0/device");
  tree.folder("/sys/class/net/eth0/lower_vf0");
  tree.folder("/sys/class/net/vf0/device");
  tree.link("/sys/class/net/vf0/master", "../eth0");
  CHECK_EQ(counted_of(tree, {"lo", "eth0", "vf0"}), 2.0);
}

TEST("network: a container's only interface counts, shown in sysfs or not") {
  const RecordedTree tree;
  CHECK_EQ(counted_of(tree, {"lo", "eth0"}), 2.0);
  tree.folder("/sys/class/net/eth0");
  CHECK_EQ(counted_of(tree, {"lo", "eth0"}), 2.0);
}

TEST("network: without a physical interface, what is tied to others does not count") {
  const RecordedTree tree;
  tree.folder("/sys/class/net/eth0");
  tree.folder("/sys/class/net/docker0/bridge");
  tree.folder("/sys/class/net/bond0/bonding");
  tree.folder("/sys/class/net/vethab/master");
  tree.folder("/sys/class/net/eth0.5/lower_eth0");
  tree.file("/sys/class/net/tun0/tun_flags", "0x1001\n");
  tree.folder("/sys/class/net/dummy0");
  CHECK_EQ(counted_of(tree, {"lo", "eth0", "docker0", "bond0", "vethab", "eth0.5", "tun0", "dummy0"}), 2.0 + 128.0);
  CHECK_EQ(counted_of(tree, {"lo", "docker0", "tun0"}), 2.0 + 4.0);  // none is left: all but lo
}

TEST("network: loopback alone is a network without traffic; no interface at all is none") {
  const RecordedTree tree;
  CHECK_EQ(counted_of(tree, {"lo"}), 0.0);
  tree.file("/proc/self/net/dev", kHead);
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.reason(), Reason::unsupported);
}

TEST("network: interfaces come, go, step back and change what they are") {
  const RecordedTree tree;
  const auto interfaces = [&tree](const std::string& lines) { tree.file("/proc/self/net/dev", kHead + net_dev_line("lo", 9) + lines); };
  interfaces("");
  Machine machine(tree);
  machine.tick();
  CHECK_EQ(machine.received(), 0.0);
  interfaces(net_dev_line("eth0", 100));
  machine.tick();
  CHECK_EQ(machine.received(), 0.0);  // it came later: it starts at 0
  interfaces(net_dev_line("eth0", 130));
  machine.tick();
  CHECK_EQ(machine.received(), 30.0);
  interfaces(net_dev_line("eth0", 5));
  machine.tick();
  CHECK_EQ(machine.received(), 30.0);  // made anew
  interfaces(net_dev_line("eth0", 8) + net_dev_line("veth1", 1000));
  tree.folder("/sys/class/net/veth1/master");
  machine.tick();
  CHECK_EQ(machine.received(), 33.0);
  tree.remove("/sys/class/net/veth1/master");  // set free: from now on it counts
  machine.tick();
  interfaces(net_dev_line("eth0", 8) + net_dev_line("veth1", 1007));
  machine.tick();
  CHECK_EQ(machine.received(), 40.0);
  interfaces("");
  machine.tick();
  CHECK_EQ(machine.received(), 40.0);
}

TEST("network: all fields; the old path; garbage and its end") {
  const RecordedTree tree;
  tree.file("/proc/net/dev", kHead + net_dev_line("eth0", 1, 5));
  Machine machine(tree);
  machine.tick();
  constexpr Field fields[] = {Field::network_received_bytes_total, Field::network_received_packets_total, Field::network_receive_errors_total,
                              Field::network_receive_drops_total,  Field::network_sent_bytes_total,       Field::network_sent_packets_total,
                              Field::network_send_errors_total,    Field::network_send_drops_total};
  for (size_t i = 0; i < std::size(fields); ++i) CHECK_EQ(machine.sample.value(fields[i]), static_cast<double>(i + 1));
  tree.file("/proc/net/dev", std::string(kHead) + "  eth0: 1 2\n");
  machine.tick();
  for (const Field field : fields) CHECK_EQ(machine.sample.reason(field), Reason::malformed);
  tree.file("/proc/net/dev", kHead + net_dev_line("eth0", 2, 5));
  machine.tick();
  CHECK_EQ(machine.received(), 2.0);
}

TEST("network: the listing shows every interface") {
  const RecordedTree tree;
  tree.file("/proc/self/net/dev", kHead + net_dev_line("lo", 3) + net_dev_line("eth0", 4));
  Machine machine(tree);
  Details details;
  machine.reader->list(details);
  CHECK_EQ(details.interfaces.size(), size_t{2});
  CHECK_EQ(details.interfaces[1].texts[0].second, "eth0");
  CHECK(std::isnan(details.interfaces[1].numbers[0].second));
  CHECK_EQ(details.interfaces[0].numbers[1].second, 0.0);
  CHECK_EQ(details.interfaces[1].numbers[1].second, 1.0);
  CHECK_EQ(details.interfaces[1].numbers[2].second, 4.0);
}

TEST("network, live: rtnetlink and net/dev say the same of every interface") {
  const SourceOptions options;
  Root root(options);
  const auto net_dev = [&root] {
    std::vector<std::pair<std::string, NetworkCounters>> all;
    KeptFile file(root, "/proc/self/net/dev", Shape::paged);
    const auto text = file.read();
    const std::string copy(text ? *text : std::string_view());
    for (size_t start = 0; start < copy.size(); start = copy.find('\n', start) + 1) {
      const auto line = parse_net_dev_line(std::string_view(copy).substr(start, copy.find('\n', start) - start));
      if (line) all.emplace_back(line->name, line->counters);
    }
    return all;
  };
  LinkStatsSocket socket;
  std::vector<LinkStats> links;
  const auto before = net_dev();
  const Reason outcome = socket.read(links);
  const auto after = net_dev();
  if (outcome == Reason::unsupported || before.size() != after.size()) return;
  CHECK_EQ(outcome, Reason::known);
  CHECK_EQ(links.size(), before.size());
  for (const auto& link : links) {
    const std::string name(socket.name_of(link.index));
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i].first != name) continue;
      for (size_t counter = 0; counter < kNetworkCounters; ++counter) {
        CHECK(link.counters[counter] >= before[i].second[counter]);
        CHECK(link.counters[counter] <= after[i].second[counter]);
      }
    }
  }
  CHECK_EQ(socket.name_of(~0u >> 1), "");
}

TEST("network, live: the totals are those of the counted interfaces") {
  const SourceOptions options;
  Root root(options);
  const auto reader = network_reader(root);
  const auto listed = [&reader] {
    Details details;
    reader->list(details);
    double received = 0;
    for (const auto& row : details.interfaces) {
      CHECK(row.texts[0].second != "lo" || row.numbers[1].second == 0);
      if (row.numbers[1].second == 1) received += row.numbers[2].second;
    }
    return received;
  };
  const double before = listed();
  Sample sample;
  reader->read_slow(sample);
  reader->read_rates(sample);
  if (sample.reason(Field::network_received_bytes_total) == Reason::unsupported) return;
  CHECK(sample.value(Field::network_received_bytes_total) >= before);
  CHECK(sample.value(Field::network_received_bytes_total) <= listed());
}
