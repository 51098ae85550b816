// What a tree of processes has used, ended ones included: nothing is lost and nothing is counted twice.
// Arithmetic only, no clock and no system: the sampler's thread feeds it.
//
// A counter of a process may hold what it inherited: CPU time (and on Linux what was read and written) of a child goes to the
// parent once that has waited for it. So the sum over the living is right by itself as long as parents wait. A process that
// is gone is held against its nearest living ancestor: what that one's inheritance has not grown by since the last reading, nobody
// inherited (its parent ignores SIGCHLD, it was adopted by init, the system hands nothing on), and is kept here.
// Requires that what is inherited was read of a moment at which just those were gone that are said to be: tracked_trees.cc.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace plimsoll {

inline constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

// One counter of one process.
struct Stake {
  bool known = false;
  double value = 0;         // all that the process says, what it inherited included
  double inherited = 0;     // the part in which what it inherited is
  double accounted = 0;     // `inherited` as of the last sum
};

// One counter of a tree. `Branches` is a sequence with, for each index, parent(i), gone(i) and stake(i).
class TreeCounter {
 public:
  // `tolerance`: by how much inheritance may seem to lag, for it is handed out in ticks.
  explicit TreeCounter(double tolerance) : tolerance_(tolerance) {}

  // What it used before it was taken into the tree does not count.
  void exclude(double value) { kept_ -= value; }

  template <typename Branches>
  double sum(Branches& branches) {
    expected_.assign(branches.size(), 0);  // keeps its room
    for (uint32_t i = 0; i < branches.size(); ++i) {
      if (!branches.gone(i)) continue;
      const uint32_t heir = living_ancestor(branches, i);
      (heir == kNobody ? kept_ : expected_[heir]) += branches.stake(i).value;
      branches.stake(i) = {};
    }
    double total = kept_;
    for (uint32_t i = 0; i < branches.size(); ++i) {
      if (branches.gone(i)) continue;
      Stake& stake = branches.stake(i);
      const double missing = expected_[i] - (stake.inherited - stake.accounted);
      if (expected_[i] > 0 && missing > tolerance_) {
        kept_ += missing;
        total += missing;
      }
      stake.accounted = stake.inherited;
      total += stake.value;
    }
    return last_ = std::max(last_, total);
  }

 private:
  template <typename Branches>
  static uint32_t living_ancestor(Branches& branches, uint32_t of) {
    uint32_t at = branches.parent(of);
    for (size_t steps = 0; at != kNobody && branches.gone(at); ++steps) {
      if (steps > branches.size()) return kNobody;
      at = branches.parent(at);
    }
    return at;
  }

  double tolerance_;
  double kept_ = 0;
  double last_ = 0;
  std::vector<double> expected_;
};

}  // namespace plimsoll
