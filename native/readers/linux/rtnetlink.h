// Counters of all network interfaces from the kernel in one question: an RTM_GETSTATS dump, since Linux 4.7.
// A tenth of the cost of /proc/net/dev with many interfaces. Readers' thread; the decoder is a pure function.
// https://man7.org/linux/man-pages/man7/rtnetlink.7.html, include/uapi/linux/if_link.h
#pragma once

#include "../../result.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

enum NetworkCounter : size_t {
  kReceivedBytes, kSentBytes, kReceivedPackets, kSentPackets, kReceiveErrors, kSendErrors, kReceiveDrops, kSendDrops,
  kNetworkCounters
};
using NetworkCounters = std::array<double, kNetworkCounters>;

struct LinkStats {
  uint32_t index = 0;
  NetworkCounters counters{};
};

// Walks over one datagram of a dump's answer. Never reads past its end, whatever the bytes are; needs no alignment.
class LinkStatsDecoder {
 public:
  enum class State {
    more,       // the dump goes on in the next datagram
    done,       // the dump is complete
    refused,    // the kernel does not offer it, or not to this process
    malformed,  // no such message
  };

  // Messages of another sequence number are left-overs of an earlier question: skipped.
  LinkStatsDecoder(std::span<const uint8_t> datagram, uint32_t sequence) : rest_(datagram), sequence_(sequence) {}

  bool next(LinkStats& link);  // false: nothing left in this datagram
  State state() const { return state_; }
  bool interrupted() const { return interrupted_; }  // interfaces came or went meanwhile: one may be missing or doubled

 private:
  bool end(State state);

  std::span<const uint8_t> rest_;
  uint32_t sequence_;
  State state_ = State::more;
  bool interrupted_ = false;
};

// A kept NETLINK_ROUTE socket; bound to the network namespace in which it was opened. Never waits.
class LinkStatsSocket {
 public:
  LinkStatsSocket() = default;
  LinkStatsSocket(const LinkStatsSocket&) = delete;
  LinkStatsSocket& operator=(const LinkStatsSocket&) = delete;
  ~LinkStatsSocket() { close(); }

  // All interfaces into `links`, or why not: `unsupported` and `denied` are final, others may pass.
  Reason read(std::vector<LinkStats>& links);

  // The present name of an interface; empty if it has gone.
  std::string_view name_of(uint32_t index);

 private:
  Reason open();
  void close();
  Reason ask();
  Reason receive(std::vector<LinkStats>& links, bool& interrupted);

  int descriptor_ = -1;
  uint32_t sequence_ = 0;
  std::vector<uint8_t> datagram_;
  std::array<char, 16> name_{};  // IFNAMSIZ
};

// A socket on which the kernel announces that an interface was added, removed, renamed, or tied to another.
class LinkChanges {
 public:
  LinkChanges() = default;
  LinkChanges(const LinkChanges&) = delete;
  LinkChanges& operator=(const LinkChanges&) = delete;
  ~LinkChanges();

  // Has anything changed since the last call? True, too, where that cannot be known.
  bool any();

 private:
  bool open();
  int descriptor_ = -1;
  bool refused_ = false;
};

}  // namespace plimsoll::linux_os
