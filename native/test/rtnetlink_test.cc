// The rtnetlink decoder: captured and made-up messages, every truncation.
#include "../readers/linux/rtnetlink.h"
#include "check.h"

#include <cstring>
#include <linux/netlink.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;

namespace {


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
