// The schedule: no drift, no burst after a gap, slower rhythms ride along, warm-up, retiming.
#include "../schedule.h"
#include "check.h"

using namespace plimsoll;

namespace {

int count(const Due& due) { return static_cast<int>(std::count(due.begin(), due.end(), true)); }

}  // namespace

TEST("schedule: warms up at 55 ms, then keeps to the grid of the start") {
  Schedule schedule({{80, 1000, 5000}}, 100);
  CHECK_EQ(schedule.next(), 100.055);
  CHECK_EQ(count(schedule.due(100.0551)), 3);
  CHECK_EQ(schedule.next(), 100.16);  // the gauges due at 100.08 rode along with the warm-up
  CHECK_EQ(count(schedule.due(100.159)), 0);
  CHECK_EQ(count(schedule.due(100.1603)), 1);
  CHECK_EQ(schedule.next(), 100.24);
}

TEST("schedule: lateness does not add up, and missed ticks are not made up for") {
  Schedule schedule({{100, 1000, 5000}}, 0);
  schedule.due(0.055);
  int ticks = 0;
  for (double now = 0.103; now < 10.05; now = schedule.next() + 0.003) ticks += schedule.due(now)[0] ? 1 : 0;
  CHECK_EQ(ticks, 99);  // the one at 0.1 rode along with the warm-up
  const Due late = schedule.due(60.42);  // a suspend, or a stopped process
  CHECK(late[0] && late[1] && late[2]);
  CHECK_EQ(schedule.next(), 60.5);
}

TEST("schedule: the rates cost no wake-up of their own") {
  Schedule schedule({{80, 1000, 5000}}, 0);
  schedule.due(0.0551);
  int wakes = 0, rates = 0, slow = 0;
  while (schedule.next() < 20.001) {
    const Due due = schedule.due(schedule.next() + 0.0001);
    ++wakes;
    CHECK(due[0]);
    rates += due[1] ? 1 : 0;
    slow += due[2] ? 1 : 0;
  }
  CHECK_EQ(rates, 20);
  CHECK_EQ(slow, 4);
  CHECK(wakes <= 250);
}

TEST("schedule: rates may be faster than gauges; a retime takes hold at once") {
  Schedule schedule({{1000, 10, 5000}}, 0);
  schedule.due(0.0551);
  int rates = 0, gauges = 0;
  while (schedule.next() < 2.001) {
    const Due due = schedule.due(schedule.next() + 0.0001);
    rates += due[1] ? 1 : 0;
    gauges += due[0] ? 1 : 0;
  }
  CHECK_EQ(gauges, 2);
  CHECK(rates >= 193 && rates <= 195);
  schedule.retime({{20, 20, 20}}, 2.005);
  CHECK_EQ(schedule.next(), 2.02);
  CHECK_EQ(count(schedule.due(2.0201)), 3);
}
