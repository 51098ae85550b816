// The accumulator's law: it only grows, and only by what devices that were there before have added.
#include "../accumulator.h"
#include "check.h"

#include <random>

using namespace plimsoll;

TEST("accumulator: first reading raw, later devices from 0, resets add nothing, those that go take nothing") {
  Accumulator<1> sum;
  const auto reading = [&](std::initializer_list<std::pair<uint64_t, double>> devices) {
    sum.begin();
    for (const auto& [key, value] : devices) sum.observe(key, {value});
    sum.end();
    return sum.totals()[0];
  };
  CHECK_EQ(reading({{1, 100}, {2, 50}}), 150.0);
  CHECK_EQ(reading({{1, 110}, {2, 55}}), 165.0);
  CHECK_EQ(reading({{1, 111}, {2, 56}, {3, 1e9}}), 167.0);
  CHECK_EQ(reading({{3, 1e9 + 5}, {1, 112}}), 173.0);
  CHECK_EQ(reading({{2, 9999}, {1, 112}}), 173.0);  // 2 came back: from 0 again
  CHECK_EQ(reading({{1, 3}}), 173.0);               // reset
  CHECK_EQ(reading({{1, 10}}), 180.0);
  CHECK_EQ(reading({}), 180.0);
}

TEST("accumulator: never steps back, whatever devices do") {
  std::mt19937 random(20261122);
  Accumulator<2> sum;
  double before = 0;
  for (int round = 0; round < 5000; ++round) {
    sum.begin();
    for (uint64_t key = 0; key < 6; ++key) {
      if (random() % 3 != 0) sum.observe(key, {static_cast<double>(random() % 1000), static_cast<double>(random())});
    }
    sum.end();
    CHECK(sum.totals()[0] >= before);
    before = sum.totals()[0];
  }
}
