// See tracked_tree.h.
#include "tracked_tree.h"

#include <algorithm>
#include <utility>

namespace plimsoll {
namespace {

// CPU times of those that were waited for come in clock ticks, user and system each.
constexpr double kTickTolerance = 0.021;

constexpr uint32_t kKinReadings = 30;
constexpr int kMostAttempts = 8;  // a few microseconds each: hardly ever more than two

}  // namespace

// Members as TreeCounter wants to see them.
struct TrackedTree::Branches {
  std::vector<Member>& members;
  Counter counter;

  size_t size() const { return members.size(); }
  uint32_t parent(uint32_t i) const { return members[i].parent; }
  bool gone(uint32_t i) const { return members[i].gone; }
  Stake& stake(uint32_t i) const { return members[i].stakes[counter]; }
};

TrackedTree::TrackedTree(TrackedRows::Claim claim, uint32_t pid, std::unique_ptr<Process> root, const void* listener)
    : claim_(claim), listener_(listener) {
  for (size_t counter = 0; counter < kCounters; ++counter) counters_.emplace_back(counter == kCpu ? kTickTolerance : 0);
  Member member;
  member.pid = pid;
  member.process = std::move(root);
  members_.push_back(std::move(member));
}

void TrackedTree::begin(TrackedRows& rows, double now) {
  rows.set(claim_.row, RowWord::pid, pid());
  rows.set(claim_.row, RowWord::state, static_cast<uint32_t>(RowState::live));
  read_uses(true, true);
  read_detail(members_.front());
  publish_use(rows, now);
  publish_detail(rows, now);
}

bool TrackedTree::adopt(const Kinship& kinship) {
  const uint32_t parent = find(kinship.parent);
  if (ended_ || parent == kNobody || find(kinship.pid) != kNobody) return false;
  auto process = Process::open(kinship.pid);
  if (!process) return false;
  Member member;
  member.pid = kinship.pid;
  member.parent = parent;
  member.process = std::move(process.value);
  member.has_past = !explored_;
  const auto kin = member.process->kin();  // the number may have come to another one since it was found
  if (!kin || (member.process->tells_parent() && kin->parent != kinship.parent)) return false;
  members_.push_back(std::move(member));
  return true;
}

bool TrackedTree::measure(TrackedRows& rows, double now, bool births, bool detailed) {
  // Who has no children that are known has hardly had others that are not; who had, has more.
  const double waited_before = members_.front().waited_seconds;
  births_unheeded_ = births_unheeded_ || births;
  const bool kin = members_.size() > 1 || (births_unheeded_ && (detailed || kin_wanted_ > 0));
  read_uses(kin, detailed);
  if (kin) births_unheeded_ = false;
  if (members_.front().waited_seconds != waited_before) kin_wanted_ = kKinReadings;
  if (kin_wanted_ > 0) --kin_wanted_;
  if (!members_.front().running) {
    finish(rows, now);
    return true;
  }
  const bool lost = std::any_of(members_.begin(), members_.end(), [](const Member& member) { return member.gone; });
  publish_use(rows, now);
  if (detailed || lost || details_owed_) {
    details_owed_ = !read_details();
    if (!details_owed_) publish_detail(rows, now);
  }
  if (lost && !details_owed_) drop_gone();
  return lost;
}

void TrackedTree::read_uses(bool kin, bool anew) {
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    bool inherited = false;
    for (Member& member : members_) {
      if (!member.gone) read_use(member, anew);
    }
    for (Member& member : members_) {
      if (kin && !member.gone) inherited = read_kin(member) || inherited;
    }
    if (!inherited || members_.size() == 1) break;
  }
  for (Member& member : members_) {
    if (member.gone) continue;
    if (member.parent != kNobody && members_[member.parent].gone) relink(member);
    account(member);
  }
}

void TrackedTree::read_use(Member& member, bool anew) {
  const ProcessUse use = member.process->use(anew);
  member.running = use.life == Life::running;
  if (use.life == Life::gone) {
    member.gone = true;
    member.process.reset();
    return;
  }
  member.cpu = use.cpu_seconds;
  member.rss = use.rss_bytes;
}

// True if it has inherited something. Who has not run has not waited for a child.
bool TrackedTree::read_kin(Member& member) {
  if (member.cpu && *member.cpu == member.kin_at_cpu) return false;
  const auto found = member.process->kin();
  if (!found) return false;
  member.kin_at_cpu = member.cpu ? *member.cpu : -1;
  return std::exchange(member.waited_seconds, found->waited_seconds) != found->waited_seconds;
}

void TrackedTree::account(Member& member) {
  if (!member.cpu) return;
  Stake& stake = member.stakes[kCpu];
  const bool first = !stake.known;
  stake.known = true;
  stake.value = *member.cpu + member.waited_seconds;
  stake.inherited = member.waited_seconds;
  if (!first) return;
  stake.accounted = stake.inherited;
  if (member.has_past) counters_[kCpu].exclude(stake.value);
}

// Its parent is gone: who has adopted it?
void TrackedTree::relink(Member& member) {
  const auto kin = member.process->kin();
  member.parent = kin && member.process->tells_parent() ? find(kin->parent) : kNobody;
}

// Who has not run has read, written and opened nothing. Who has ended answers zeros.
bool TrackedTree::read_detail(Member& member) {
  if (!member.running || (member.cpu && *member.cpu == member.detail_at_cpu)) return true;
  const auto found = member.process->detail();
  if (!found) return false;  // gone in this moment
  member.detail = *found;
  member.detail_at_cpu = member.cpu ? *member.cpu : -1;
  stake(member, kRead, found->read_bytes, found->io_is_inherited);
  stake(member, kWritten, found->written_bytes, found->io_is_inherited);
  stake(member, kWait, found->wait_seconds, false);
  return true;
}

bool TrackedTree::read_details() {
  bool all = true;
  for (Member& member : members_) all = read_detail(member) && all;
  return all;
}

void TrackedTree::stake(Member& member, Counter counter, const Result<double>& value, bool inherited) {
  if (!value) return;
  Stake& stake = member.stakes[counter];
  stake.value = std::max(stake.value, *value);  // it may have ended since it was found running
  stake.inherited = inherited ? stake.value : 0;
  if (std::exchange(stake.known, true)) return;
  stake.accounted = stake.inherited;
  if (member.has_past) counters_[counter].exclude(*value);
}

void TrackedTree::drop_gone() {
  std::vector<uint32_t> place(members_.size(), kNobody);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < members_.size(); ++i) {
    if (!members_[i].gone) place[i] = kept++;
  }
  for (Member& member : members_) {
    if (member.parent != kNobody) member.parent = place[member.parent];
  }
  std::erase_if(members_, [](const Member& member) { return member.gone; });
}

// What its descendants use from here on is not counted any more: they are nobody's that is known here.
void TrackedTree::finish(TrackedRows& rows, double now) {
  ended_ = true;
  publish_use(rows, now);
  rows.end(claim_.row, now, running());
  members_.resize(1);
  members_.front().process.reset();
}

void TrackedTree::publish_use(TrackedRows& rows, double now) {
  Branches branches{members_, kCpu};
  const Result<double>& root_cpu = members_.front().cpu;
  Result<double> rss = 0.0;
  for (const Member& member : members_) {
    if (member.running && rss) rss = member.rss ? Result<double>(*rss + *member.rss) : member.rss;
  }
  const double cpu = counters_[kCpu].sum(branches);
  rows.publish(claim_.row, now, UseReading{root_cpu ? Result<double>(cpu) : root_cpu, rss, static_cast<double>(running())});
}

void TrackedTree::publish_detail(TrackedRows& rows, double now) {
  const ProcessDetail& root = members_.front().detail;
  rows.publish(claim_.row, now,
               DetailReading{sum(kRead, &ProcessDetail::read_bytes), sum(kWritten, &ProcessDetail::written_bytes),
                             add_up(&ProcessDetail::descriptors), add_up(&ProcessDetail::threads),
                             sum(kWait, &ProcessDetail::wait_seconds), root.received_bytes, root.sent_bytes});
}

// Unknown where it is of one member: part of a sum is none.
Result<double> TrackedTree::sum(Counter counter, Result<double> ProcessDetail::*field) {
  Branches branches{members_, counter};
  const double total = counters_[counter].sum(branches);
  for (const Member& member : members_) {
    if (member.running && !(member.detail.*field)) return (member.detail.*field).reason;
  }
  return total;
}

Result<double> TrackedTree::add_up(Result<double> ProcessDetail::*field) const {
  double total = 0;
  for (const Member& member : members_) {
    if (!member.running) continue;
    if (!(member.detail.*field)) return (member.detail.*field).reason;
    total += *(member.detail.*field);
  }
  return total;
}

uint32_t TrackedTree::find(uint32_t pid) const {
  for (uint32_t i = 0; i < members_.size(); ++i) {
    if (members_[i].pid == pid && !members_[i].gone) return i;
  }
  return kNobody;
}

uint32_t TrackedTree::running() const {
  return static_cast<uint32_t>(std::count_if(members_.begin(), members_.end(), [](const Member& member) { return member.running; }));
}

}  // namespace plimsoll
