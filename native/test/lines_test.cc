// Lines and what is told of them: states, unknown values, changed limits, coalescing, ceilings, a queue that overflows.
#include "../lines.h"
#include "../listeners.h"
#include "check.h"

using namespace plimsoll;

namespace {

const PressureHistory kNoPressure;

constexpr Field kUsed = Field::container_memory_working_set_bytes;    // a gauge
constexpr Field kLimit = Field::container_memory_limit_bytes;         // slow
constexpr Field kReads = Field::disk_reads_total;                     // a rate
constexpr Due kGauges{true, false, false}, kRates{false, true, false}, kSlow{false, false, true};

Line above(Field field, double factor) { return {.field = field, .factor = factor}; }
Line above(Field field, Field other, double factor) { return {.field = field, .other = other, .relative = true, .factor = factor}; }

int wakes = 0;
Listener listener_with(const std::vector<Line>& lines) {
  wakes = 0;
  Listener listener([](void* count) { ++*static_cast<int*>(count); }, &wakes, nullptr);
  Lines made(lines);
  listener.swap_lines(made);
  return listener;
}

// Takes all; the kinds as a text of digits.
std::string taken(Listener& listener, Event* first = nullptr) {
  std::array<Event, 72> events;
  const size_t count = listener.take(events);
  std::string kinds;
  for (size_t i = 0; i < count; ++i) kinds += static_cast<char>('0' + static_cast<int>(events[i][0]));
  if (first != nullptr && count > 0) *first = events[0];
  return kinds;
}

}  // namespace

TEST("lines: above and below include the line itself; what is unknown is neither") {
  const double nan = std::nan("");
  const Line over = above(kUsed, 10), relative = above(kUsed, kLimit, 0.5);
  Line under = over;
  under.below = true;
  CHECK(compare(over, 10, 0) == LineState::beyond);
  CHECK(compare(over, 9.999, 0) == LineState::short_of);
  CHECK(compare(under, 10, 0) == LineState::beyond);
  CHECK(compare(under, 10.001, 0) == LineState::short_of);
  CHECK(compare(over, nan, 0) == LineState::unknown);
  CHECK(compare(over, 10, nan) == LineState::beyond);  // it has no other
  CHECK(compare(relative, 5, 10) == LineState::beyond);
  CHECK(compare(relative, 4, 10) == LineState::short_of);
  CHECK(compare(relative, 5, nan) == LineState::unknown);
}

TEST("lines: at first only what is beyond is news, whatever was read") {
  Sample sample;
  sample.set(kUsed, 10);
  sample.set(kReads, 1);
  Lines short_ones({above(kUsed, 11), above(kReads, 2), above(kLimit, 1)});
  CHECK(!short_ones.compare(kGauges, sample));
  Lines beyond({above(kUsed, 11), above(kReads, 1)});
  CHECK(beyond.compare(kGauges, sample));
  CHECK(!beyond.compare({true, true, true}, sample));
}

TEST("lines: only those of a rhythm that was read are compared, and a changed limit fires") {
  Sample sample;
  sample.set(kUsed, 10);
  sample.set(kLimit, 100);
  Lines lines({above(kUsed, kLimit, 0.5)});
  CHECK(!lines.compare(kGauges, sample));
  sample.set(kLimit, 20);
  CHECK(!lines.compare(kRates, sample));
  CHECK(lines.compare(kSlow, sample));
  sample.fail(kLimit, Reason::unlimited);
  CHECK(!lines.compare(kGauges, sample) == false);  // unknown is another state
  CHECK(!lines.compare(kGauges, sample));
  sample.set(kLimit, 20);
  CHECK(lines.compare(kSlow, sample));
}

TEST("lines: undecided while the ceiling of a derived gauge has reached one, of the gauge or of its limit") {
  Sample sample;
  sample.set(kUsed, 10);
  sample.set(kLimit, 100);
  const Ceiling used{kUsed, 60};
  CHECK(Lines({above(kUsed, 60)}).undecided(sample, {&used, 1}));
  CHECK(!Lines({above(kUsed, 61)}).undecided(sample, {&used, 1}));
  CHECK(Lines({above(kUsed, kLimit, 0.6)}).undecided(sample, {&used, 1}));
  CHECK(!Lines({above(kUsed, kLimit, 0.61)}).undecided(sample, {&used, 1}));
  CHECK(!Lines({above(kReads, 0)}).undecided(sample, {&used, 1}));
  CHECK(!Lines({above(kUsed, 1)}).undecided(sample, {}));
  const Ceiling pair[] = {used, {kLimit, 70}};
  CHECK(Lines({above(kUsed, kLimit, 0.85)}).undecided(sample, pair));
  const Ceiling unknown{kUsed, std::nan("")};
  CHECK(!Lines({above(kUsed, 1)}).undecided(sample, {&unknown, 1}));
  sample.fail(kLimit, Reason::unlimited);
  CHECK(!Lines({above(kUsed, kLimit, 0.1)}).undecided(sample, {&used, 1}));
}

TEST("listener: one event however many ticks change something, with the heads of the first") {
  Sample sample;
  sample.set(kUsed, 1);
  Listener listener = listener_with({above(kUsed, 10), above(kUsed, 20)});
  listener.compare({kGauges, {5, 2, 1}, 1.0, sample}, kNoPressure);
  CHECK_EQ(taken(listener), std::string());
  sample.set(kUsed, 15);
  listener.compare({kGauges, {6, 2, 1}, 2.0, sample}, kNoPressure);
  sample.set(kUsed, 25);
  listener.compare({kGauges, {7, 3, 1}, 3.0, sample}, kNoPressure);
  sample.set(kUsed, 1);
  listener.compare({kGauges, {8, 3, 1}, 4.0, sample}, kNoPressure);
  CHECK_EQ(wakes, 1);
  Event first{};
  CHECK_EQ(taken(listener, &first), std::string("0"));
  CHECK_EQ(first[1], 2.0);
  CHECK_EQ(first[2], 6.0);
  CHECK_EQ(first[3], 2.0);
  CHECK_EQ(first[4], 1.0);
  listener.compare({kGauges, {9, 3, 1}, 5.0, sample}, kNoPressure);
  CHECK_EQ(wakes, 1);
  CHECK_EQ(taken(listener), std::string());
}

TEST("listener: a head that has wrapped is told as JavaScript shows it") {
  Sample sample;
  sample.set(kUsed, 15);
  Listener listener = listener_with({above(kUsed, 10)});
  listener.compare({kGauges, {0xffffffff, 0x80000000, 0}, 1.0, sample}, kNoPressure);
  Event first{};
  CHECK_EQ(taken(listener, &first), std::string("0"));
  CHECK_EQ(first[2], -1.0);
  CHECK_EQ(first[3], -2147483648.0);
}

TEST("listener: rates at most once a second on the average, also when ticks come early or late") {
  Sample sample;
  Listener listener = listener_with({});
  listener.wake_on_rates(1);
  int told = 0;
  for (int tick = 0; tick < 100; ++tick) {
    const double early_or_late = tick % 3 == 0 ? -0.01 : 0.01;
    listener.compare({kRates, {}, 100.02 + tick + early_or_late, sample}, kNoPressure);
    told += static_cast<int>(taken(listener).size());
  }
  CHECK_EQ(told, 100);
  for (int tick = 0; tick < 1000; ++tick) {
    listener.compare({kRates, {}, 300 + tick * 0.01, sample}, kNoPressure);
    told += static_cast<int>(taken(listener).size());
  }
  CHECK(told >= 109 && told <= 111);
  listener.compare({kGauges, {}, 400, sample}, kNoPressure);
  CHECK_EQ(taken(listener), std::string());
  listener.wake_on_rates(0);
  listener.compare({kRates, {}, 500, sample}, kNoPressure);
  CHECK_EQ(taken(listener), std::string());
}

TEST("listener: how often rates wake can change, and counts from the last time") {
  Sample sample;
  Listener listener = listener_with({});
  listener.wake_on_rates(1);
  std::string told;
  for (int second = 0; second < 20; ++second) {
    listener.compare({kRates, {}, 100.0 + second, sample}, kNoPressure);
    told += taken(listener).empty() ? '.' : 'x';
    if (second == 4) listener.wake_on_rates(2);
    if (second == 10) listener.wake_on_rates(1);
    if (second == 14) listener.wake_on_rates(2);
  }
  CHECK_EQ(told, std::string("xxxxx.x.x.xxxxx.x.x."));
}

TEST("listener: what finds no room in the buffer stays, and wakes again") {
  Sample sample;
  sample.set(kUsed, 15);
  Listener listener = listener_with({above(kUsed, 10)});
  listener.wake_on_rates(1);
  listener.compare({{true, true, false}, {1, 1, 1}, 1.0, sample}, kNoPressure);
  CHECK_EQ(wakes, 1);
  std::array<Event, 1> one;
  CHECK_EQ(listener.take(one), size_t{1});
  CHECK_EQ(one[0][0], 0.0);
  CHECK_EQ(wakes, 2);
  CHECK_EQ(listener.take(one), size_t{1});
  CHECK_EQ(one[0][0], 1.0);
  CHECK_EQ(wakes, 2);
}

TEST("event queue: keeps the oldest, counts what found no room") {
  EventQueue queue;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 70; ++i) {
      CHECK_EQ(queue.push(make_event(EventKind::memory, i)) != nullptr, i < 64);
    }
    CHECK_EQ(queue.lost(), 6u);
    Event event{};
    for (int i = 0; i < 64; ++i) CHECK(queue.pop(event) && static_cast<int>(event[1]) == i);
    CHECK(!queue.pop(event));
    CHECK(!queue.empty());
    queue.forget_lost();
    CHECK(queue.empty());
  }
}
