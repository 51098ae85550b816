// Line tables, datagrams and fake machines for readers/linux/network.h, rtnetlink.h and interfaces.h.
#include "../readers/linux/interfaces.h"
#include "../readers/linux/network.h"
#include "check.h"
#include "recorded_tree.h"

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
