// One tracked process with all its descendants. The sampler's thread, after whoever tracks it has handed it over.
//
// What is counted: CPU time, and what was read and written, of the process since it began; the same of each descendant since it was born
// (of those that were there already when tracking began: since then). A descendant is found within one reading of the rates; one
// that lives shorter is counted when its parent waits for it. Not counted: what a process uses between the last reading and
// its end, if its parent never waits for it; a descendant whose parent ended before anybody saw the descendant; and on
// systems that do not hand on (Windows), descendants that nobody saw.
//
// Why nothing is counted twice: what parents have inherited is read before and after it is looked who is alive, until it was the same
// both times. So who was alive then is not in it, and who was gone is, if it ever will be. What was read and written is read of
// parents before their children (each stands behind its parent), and counts only if no child was lost while it was.
#pragma once

#include "readers/processes.h"
#include "tracked_rows.h"
#include "tree_account.h"

#include <memory>
#include <vector>

namespace plimsoll {

class TrackedTree {
 public:
  TrackedTree(TrackedRows::Claim claim, uint32_t pid, std::unique_ptr<Process> root, const void* listener);

  const TrackedRows::Claim& claim() const { return claim_; }
  const void* listener() const { return listener_; }
  uint32_t pid() const { return members_.front().pid; }
  bool ended() const { return ended_; }

  // The first reading, of the process alone. Whoever tracks it.
  void begin(TrackedRows& rows, double now);

  // Its descendants are looked for once among all processes; afterwards among those that were born.
  bool explored() const { return explored_; }
  void set_explored() { explored_ = true; }

  size_t size() const { return members_.size(); }
  uint32_t pid_of(size_t member) const { return members_[member].pid; }

  // A child of a member's. False if it is none, or known already.
  bool adopt(const Kinship& kinship);

  // `births`: somewhere a process was born since the last reading. True if the tree has lost members.
  bool measure(TrackedRows& rows, double now, bool births, bool detailed);

 private:
  struct Member {
    uint32_t pid = 0;
    uint32_t parent = kNobody;
    std::unique_ptr<Process> process;
    bool running = true;
    bool gone = false;
    bool has_past = false;   // was there before it was in the tree
    double waited_seconds = 0;
    double kin_at_cpu = -1;
    double detail_at_cpu = -1;
    Result<double> cpu = Reason::warming_up;
    Result<double> rss = Reason::warming_up;
    ProcessDetail detail;
    Stake stakes[4];
  };
  enum Counter : size_t { kCpu, kRead, kWritten, kWait, kCounters };
  struct Branches;

  void read_uses(bool kin, bool anew);
  void read_use(Member& member, bool anew);
  bool read_kin(Member& member);
  void account(Member& member);
  void relink(Member& member);
  bool read_details();
  bool read_detail(Member& member);
  void stake(Member& member, Counter counter, const Result<double>& value, bool inherited);
  void drop_gone();
  void finish(TrackedRows& rows, double now);
  void publish_use(TrackedRows& rows, double now);
  void publish_detail(TrackedRows& rows, double now);
  Result<double> sum(Counter counter, Result<double> ProcessDetail::*field);
  Result<double> add_up(Result<double> ProcessDetail::*field) const;
  uint32_t find(uint32_t pid) const;
  uint32_t running() const;

  TrackedRows::Claim claim_;
  const void* listener_;
  std::vector<Member> members_;  // the process itself first, and each behind its parent
  std::vector<TreeCounter> counters_;
  bool explored_ = false;
  bool births_unheeded_ = true;
  uint32_t kin_wanted_ = 0;    // for so many readings more: it has children that nobody sees
  bool details_owed_ = false;  // a member was lost while they were read
  bool ended_ = false;
};

}  // namespace plimsoll
