// Sums over trees of processes: who ended is neither lost nor counted twice. And a random machine against its own books.
#include "../tree_account.h"
#include "check.h"

#include <random>

using namespace plimsoll;

namespace {

struct Branch {
  uint32_t parent = kNobody;
  bool gone = false;
  Stake stake;
};

struct Branches {
  std::vector<Branch> all;
  size_t size() const { return all.size(); }
  uint32_t parent(uint32_t i) const { return all[i].parent; }
  bool gone(uint32_t i) const { return all[i].gone; }
  Stake& stake(uint32_t i) { return all[i].stake; }

  void read(uint32_t i, double own, double inherited) {
    Stake& stake = all[i].stake;
    if (!stake.known) stake.accounted = inherited;
    stake = {true, own + inherited, inherited, stake.accounted};
  }
};

Branches family(size_t members) {
  Branches branches;
  for (uint32_t i = 0; i < members; ++i) branches.all.push_back({i == 0 ? kNobody : i - 1, false, {}});
  return branches;
}

}  // namespace

TEST("tree account: a child that was waited for goes on in its parent") {
  TreeCounter counter(0.02);
  auto tree = family(2);
  tree.read(0, 1, 0);
  tree.read(1, 5, 0);
  CHECK_EQ(counter.sum(tree), 6.0);
  tree.all[1].gone = true;
  tree.read(0, 1, 5.5);  // half a second more than was seen of it
  CHECK_EQ(counter.sum(tree), 6.5);
  tree.all.pop_back();
  tree.read(0, 2, 5.5);
  CHECK_EQ(counter.sum(tree), 7.5);
}

TEST("tree account: nobody waited for it") {
  TreeCounter counter(0.02);
  auto tree = family(2);
  tree.read(0, 1, 0);
  tree.read(1, 5, 0);
  counter.sum(tree);
  tree.all[1].gone = true;
  tree.read(0, 3, 0);
  CHECK_EQ(counter.sum(tree), 8.0);
  CHECK_EQ(counter.sum(tree), 8.0);  // once only
}

TEST("tree account: a child that nobody saw is counted by what its parent inherits") {
  TreeCounter counter(0.02);
  auto tree = family(1);
  tree.read(0, 1, 0);
  counter.sum(tree);
  tree.read(0, 1, 9);
  CHECK_EQ(counter.sum(tree), 10.0);
}

TEST("tree account: a parent and its child are gone together; the grandparent inherits both, one, or none") {
  for (const double inherited : {12.0, 7.0, 0.0}) {
    TreeCounter counter(0.02);
    auto tree = family(3);
    tree.read(0, 1, 0);
    tree.read(1, 7, 0);
    tree.read(2, 5, 0);
    CHECK_EQ(counter.sum(tree), 13.0);
    tree.all[1].gone = tree.all[2].gone = true;
    tree.read(0, 1, inherited);
    CHECK_EQ(counter.sum(tree), 13.0);
  }
}

TEST("tree account: a tick's lag is no loss; an orphan is kept; the past is left out; never backwards") {
  TreeCounter counter(0.02);
  auto tree = family(3);
  tree.read(0, 1, 0);
  tree.read(1, 7.009, 0);
  tree.read(2, 5, 0);
  counter.exclude(5);
  CHECK_EQ(counter.sum(tree), 8.009);
  tree.all[1].gone = true;
  tree.all[2].parent = kNobody;
  tree.read(0, 1, 7);
  CHECK_EQ(counter.sum(tree), 8.009);
  tree.all[1] = tree.all[2];
  tree.all.pop_back();
  tree.all[1].gone = true;
  CHECK_EQ(counter.sum(tree), 8.009);
  tree.all.pop_back();
  tree.read(0, 2, 7);
  CHECK_EQ(counter.sum(tree), 9.0);
}

// Processes run, fork, end and are waited for or not, and the tree is read now and then.
TEST("tree account: a random machine keeps the same books") {
  std::mt19937 random(20261122);
  const auto chance = [&](double p) { return std::uniform_real_distribution<double>(0, 1)(random) < p; };
  for (int round = 0; round < 300; ++round) {
    struct Real {
      uint32_t parent = kNobody;
      double own = 0;
      double inherited = 0;
      bool alive = true;
    };
    std::vector<Real> real(1);
    TreeCounter counter(0);
    Branches tree = family(1);
    double used = 0;
    for (int reading = 0; reading < 40; ++reading) {
      for (uint32_t i = 0; i < real.size(); ++i) {
        if (!real[i].alive) continue;
        const double ran = std::floor(std::uniform_real_distribution<double>(0, 50)(random));
        real[i].own += ran;
        used += ran;
        if (real.size() < 40 && chance(0.2)) real.push_back({.parent = i});
      }
      for (uint32_t i = 0; i < real.size(); ++i) {
        if (tree.size() <= i) tree.all.push_back({real[i].parent, false, {}});
        tree.all[i].gone = !real[i].alive;
        if (real[i].alive) tree.read(i, real[i].own, real[i].inherited);
      }
      CHECK_EQ(counter.sum(tree), used);
      // Between two readings some end, children before their parents or with them; who is waited for goes on in its parent.
      for (auto i = static_cast<uint32_t>(real.size()); i-- > 1;) {
        const bool has_children = std::any_of(real.begin(), real.end(), [i](const Real& one) { return one.alive && one.parent == i; });
        if (!real[i].alive || has_children || !chance(0.2)) continue;
        real[i].alive = false;
        if (chance(0.7)) real[real[i].parent].inherited += real[i].own + real[i].inherited;
      }
    }
  }
}
