// See rtnetlink.h. The kernel makes the first datagram while the question is being sent and each later one while its
// predecessor is received, so there is nothing to wait for: an answer that is not there at once is an error.
#include "rtnetlink.h"

#include "kept_file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plimsoll::linux_os {
namespace {

constexpr size_t kDatagramBytes = 32768;  // the most that the kernel puts into one datagram of a dump
constexpr int kMostDatagrams = 4096;      // over 500 000 interfaces: no dump is that long
constexpr int kMostAnnouncements = 256;   // read at once; what is left is read the next time
constexpr int kAnnouncementBytes = 16384; // of kernel memory; if more come, that they came is all there is to know
constexpr int kTries = 2;                 // a dump that was interrupted by a change is asked for once more

constexpr size_t aligned(size_t length) { return (length + 3) & ~size_t{3}; }  // NLMSG_ALIGN, RTA_ALIGN

template <typename T>
bool copy_from(std::span<const uint8_t> bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  return true;
}

std::span<const uint8_t> after(std::span<const uint8_t> bytes, size_t length) {
  return bytes.subspan(std::min(aligned(length), bytes.size()));
}

NetworkCounters counters_of(const rtnl_link_stats64& stats) {
  NetworkCounters counters{};
  const auto put = [&counters](NetworkCounter counter, uint64_t value) { counters[counter] = static_cast<double>(value); };
  put(kReceivedBytes, stats.rx_bytes);
  put(kSentBytes, stats.tx_bytes);
  put(kReceivedPackets, stats.rx_packets);
  put(kSentPackets, stats.tx_packets);
  put(kReceiveErrors, stats.rx_errors);
  put(kSendErrors, stats.tx_errors);
  counters[kReceiveDrops] = static_cast<double>(stats.rx_dropped) + static_cast<double>(stats.rx_missed_errors);  // as /proc/net/dev
  put(kSendDrops, stats.tx_dropped);
  return counters;
}

// The body of one RTM_NEWSTATS message. False if it carries no counters.
bool decode_link(std::span<const uint8_t> body, LinkStats& link) {
  if_stats_msg head;
  if (!copy_from(body, head)) return false;
  // The kernel may append counters; these are the oldest, and all that is needed.
  constexpr size_t kNeeded = offsetof(rtnl_link_stats64, rx_missed_errors) + sizeof(uint64_t);
  nlattr attribute;
  for (auto rest = after(body, sizeof head); copy_from(rest, attribute); rest = after(rest, attribute.nla_len)) {
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > rest.size()) return false;
    if ((attribute.nla_type & NLA_TYPE_MASK) != IFLA_STATS_LINK_64) continue;
    const auto payload = rest.subspan(sizeof attribute, attribute.nla_len - sizeof attribute);
    if (payload.size() < kNeeded) return false;
    rtnl_link_stats64 stats{};
    std::memcpy(&stats, payload.data(), std::min(payload.size(), sizeof stats));
    link = {head.ifindex, counters_of(stats)};
    return true;
  }
  return false;
}

// The error number of NLMSG_ERROR, and of NLMSG_DONE where a dump broke off; 0 if there is none.
int error_of(std::span<const uint8_t> body) {
  int32_t error = 0;
  copy_from(body, error);
  return error;
}

}  // namespace

bool LinkStatsDecoder::end(State state) {
  state_ = state;
  rest_ = {};
  return false;
}

bool LinkStatsDecoder::next(LinkStats& link) {
  while (!rest_.empty()) {
    nlmsghdr head;
    if (!copy_from(rest_, head)) return end(State::malformed);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > rest_.size()) return end(State::malformed);
    const auto body = rest_.subspan(sizeof head, head.nlmsg_len - sizeof head);
    rest_ = after(rest_, head.nlmsg_len);
    if (head.nlmsg_seq != sequence_) continue;
    if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
    if (head.nlmsg_type == NLMSG_ERROR) return end(State::refused);
    if (head.nlmsg_type == NLMSG_DONE) return end(error_of(body) < 0 ? State::refused : State::done);
    if (head.nlmsg_type == RTM_NEWSTATS && decode_link(body, link)) return true;
  }
  return false;
}

Reason LinkStatsSocket::open() {
  if (descriptor_ >= 0) return Reason::known;
  descriptor_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (descriptor_ >= 0) {
    datagram_.resize(kDatagramBytes);
    return Reason::known;
  }
  const bool passes = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
  return passes ? Reason::internal : Reason::unsupported;
}

void LinkStatsSocket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Reason LinkStatsSocket::ask() {
  struct {
    nlmsghdr head;
    if_stats_msg body;
  } question{};
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = RTM_GETSTATS;
  question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.head.nlmsg_seq = ++sequence_;
  question.body.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  const ssize_t sent = send(descriptor_, &question, sizeof question, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(sizeof question)) return Reason::known;
  if (sent >= 0) return Reason::internal;
  return errno == EPERM || errno == EACCES ? Reason::denied : Reason::internal;
}

Reason LinkStatsSocket::receive(std::vector<LinkStats>& links, bool& interrupted) {
  LinkStats link;
  for (int i = 0; i < kMostDatagrams; ++i) {
    const ssize_t got = recv(descriptor_, datagram_.data(), datagram_.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Reason::internal;
    if (static_cast<size_t>(got) > datagram_.size()) {
      datagram_.resize(static_cast<size_t>(got));  // for the next try
      return Reason::internal;
    }
    LinkStatsDecoder decoder({datagram_.data(), static_cast<size_t>(got)}, sequence_);
    while (decoder.next(link)) links.push_back(link);
    interrupted = interrupted || decoder.interrupted();
    if (decoder.state() == LinkStatsDecoder::State::done) return Reason::known;
    if (decoder.state() == LinkStatsDecoder::State::refused) return Reason::unsupported;
    if (decoder.state() == LinkStatsDecoder::State::malformed) return Reason::malformed;
  }
  return Reason::malformed;
}

Reason LinkStatsSocket::read(std::vector<LinkStats>& links) {
  Reason reason = Reason::internal;
  for (int i = 0; i < kTries; ++i) {
    links.clear();  // keeps its room
    reason = open();
    if (reason != Reason::known) return reason;
    bool interrupted = false;
    reason = ask();
    if (reason == Reason::known) reason = receive(links, interrupted);
    if (reason != Reason::known) close();  // whatever is left of the answer goes with the socket
    if (reason == Reason::unsupported || reason == Reason::denied) return reason;
    if (reason == Reason::known && !interrupted) break;
  }
  return reason;
}

std::string_view LinkStatsSocket::name_of(uint32_t index) {
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(index);
  if (open() != Reason::known || ioctl(descriptor_, SIOCGIFNAME, &request) != 0) return {};
  std::memcpy(name_.data(), request.ifr_name, name_.size());
  name_.back() = '\0';
  return name_.data();
}

LinkChanges::~LinkChanges() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool LinkChanges::open() {
  if (descriptor_ >= 0) return true;
  if (refused_) return false;
  descriptor_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (descriptor_ < 0) return false;
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &kAnnouncementBytes, sizeof kAnnouncementBytes);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  refused_ = true;
  ::close(descriptor_);
  descriptor_ = -1;
  return false;
}

bool LinkChanges::any() {
  const bool listened = descriptor_ >= 0;
  if (!open() || !listened) return true;
  bool changed = false;
  for (int i = 0; i < kMostAnnouncements; ++i) {
    char ignored;
    if (recv(descriptor_, &ignored, sizeof ignored, MSG_DONTWAIT) < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return changed;
    }
    changed = true;  // ENOBUFS, too: more came than there was room for
  }
  return changed;
}

}  // namespace plimsoll::linux_os
