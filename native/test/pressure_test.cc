// Pressure: the fallback that compares totals, counts of memory events, and the thread that waits for this machine's kernel.
#include "../pressure_ear.h"
#include "../readers/clock.h"
#include "../readers/linux/memory_events.h"
#include "../readers/linux/pressure_trigger.h"
#include "../sampler.h"
#include "check.h"
#include "live_group.h"
#include "proc_counts.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;
using plimsoll::test::count_in;
using plimsoll::test::settles;
using plimsoll::test::threads_at_rest;

namespace {

constexpr PressureTrigger kSystemMemory{PressureSource::system, PressureResource::memory, PressureLevel::some, 100, 2000};
constexpr PressureTrigger kSystemCpu{PressureSource::system, PressureResource::cpu, PressureLevel::some, 1, 2000};

// Readings `every` seconds apart, from 100 on; true for each after which the trigger says so.
std::string stalls(const PressureTrigger& trigger, double every, std::initializer_list<double> totals) {
  PressureHistory history;
  Sample sample;
  std::string answers;
  double at = 100;
  for (const double total : totals) {
    sample.set(Field::pressure_memory_some_seconds_total, total);
    if (total < 0) sample.fail(Field::pressure_memory_some_seconds_total, Reason::gone);
    history.note(at, sample);
    answers += history.stalled(trigger) ? '1' : '0';
    at += every;
  }
  return answers;
}

// What serves, once the kernel was asked.
std::vector<Serving> served(const Listener& listener) {
  for (;;) {
    const auto serving = Sampler::instance().pushed_pressure().serving(listener);
    const bool asked = std::none_of(serving.begin(), serving.end(), [](const Serving& one) { return one.reason == Reason::warming_up; });
    if (asked) return serving;
    usleep(100);
  }
}

std::atomic<int> wakes{0};
void count_wake(void*) { ++wakes; }

}  // namespace

TEST("pressure: the stall has to lie within the window") {
  CHECK_EQ(stalls(kSystemMemory, 1, {0, 0, 0.05, 0.1, 0.1, 0.1}), std::string("000100"));  // 2 s back the total was 0
  CHECK_EQ(stalls(kSystemMemory, 1, {0, 0.04, 0.08, 0.12, 0.16}), std::string("00000"));
  CHECK_EQ(stalls(kSystemMemory, 1, {0, 0.06, 0.12, 0.18, 0.24}), std::string("00111"));
  CHECK_EQ(stalls(kSystemMemory, 0.5, {0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2}), std::string("0111100"));
}

TEST("pressure: readings farther apart than the window count by their average, unknown totals not at all") {
  CHECK_EQ(stalls(kSystemMemory, 10, {0, 0.4, 0.8, 1.4}), std::string("0001"));
  CHECK_EQ(stalls(kSystemMemory, 1, {0, -1, 0.5, 0.5, 0.5}), std::string("00100"));
  CHECK_EQ(stalls(kSystemMemory, 1, {-1, -1, -1}), std::string("000"));
}

TEST("pressure: readings every millisecond still reach back over the longest window") {
  PressureHistory history;
  Sample sample;
  PressureTrigger trigger = kSystemMemory;
  trigger.window_ms = 10'000;
  sample.set(Field::pressure_memory_some_seconds_total, 0);
  for (int ms = 0; ms < 20'000; ++ms) {
    if (ms == 10'500) sample.set(Field::pressure_memory_some_seconds_total, 0.2);
    history.note(ms / 1000.0, sample);
    if (ms == 10'499) CHECK(!history.stalled(trigger));
  }
  CHECK(history.stalled(trigger));
  trigger.window_ms = 2000;
  CHECK(!history.stalled(trigger));
}

TEST("pressure: the fallback tells once per window, and not where the kernel tells by itself") {
  PressureHistory history;
  Sample sample;
  PressureEar ear({kSystemMemory}, true);
  EventQueue queue;
  int told = 0;
  for (int second = 0; second <= 20; ++second) {
    sample.set(Field::pressure_memory_some_seconds_total, second * 0.5);
    history.note(second, sample);
    told += ear.poll(second, sample, history, queue) ? 1 : 0;
  }
  CHECK_EQ(told, 10);
  Event event{};
  CHECK(queue.pop(event));
  CHECK(event == (Event{3, 1, 0, 1, 0, 100, 2000, 0}));
  ear.set_serving(0, {.reason = Reason::known, .stall_ms = 100, .window_ms = 4000, .from = {}});
  sample.set(Field::pressure_memory_some_seconds_total, 1000);
  history.note(21, sample);
  CHECK(!ear.poll(21, sample, history, queue));  // the kernel has some time to tell
  while (queue.pop(event)) {}
  CHECK(ear.pushed(kSystemMemory, 22, queue));
  CHECK(queue.pop(event) && event == (Event{3, 22, 0, 1, 0, 100, 4000, 1}));
  CHECK(!ear.pushed(kSystemCpu, 23, queue));
}

TEST("pressure: a stall that goes on and that the kernel keeps quiet about is told from the totals") {
  PressureHistory history;
  Sample sample;
  PressureEar ear({kSystemMemory}, false);
  ear.set_serving(0, {.reason = Reason::known, .stall_ms = 100, .window_ms = 2000, .from = {}});
  EventQueue queue;
  std::string told;
  for (int second = 0; second <= 20; ++second) {
    sample.set(Field::pressure_memory_some_seconds_total, second * 0.5);
    history.note(second, sample);
    if (second % 3 == 0 && second < 10) CHECK(ear.pushed(kSystemMemory, second, queue));
    told += ear.poll(second, sample, history, queue) ? '1' : '0';
  }
  CHECK_EQ(told, std::string("000000000000010101010"));
}

TEST("pressure: counts of hits and kills, polled: the first reading tells nothing") {
  PressureEar ear({}, true);
  PressureHistory history;
  EventQueue queue;
  Sample sample;
  CHECK(!ear.poll(1, sample, history, queue));
  sample.set(Field::container_memory_limit_hits_total, 5);
  sample.set(Field::container_memory_oom_kills_total, 1);
  CHECK(!ear.poll(2, sample, history, queue));
  sample.set(Field::container_memory_oom_kills_total, 2);
  CHECK(ear.poll(3, sample, history, queue));
  CHECK(!ear.poll(4, sample, history, queue));
  Event event{};
  CHECK(queue.pop(event) && event == (Event{4, 3, 4, 2, 0, 0, 0, 0}));
  sample.fail(Field::container_memory_limit_hits_total, Reason::gone);
  CHECK(!ear.poll(5, sample, history, queue));
  sample.set(Field::container_memory_limit_hits_total, 9);
  CHECK(ear.poll(6, sample, history, queue));
  ear.set_memory_pushed(true);
  sample.set(Field::container_memory_limit_hits_total, 10);
  CHECK(!ear.poll(7, sample, history, queue));
}

TEST("memory events: lines that an older kernel lacks, and mangled ones") {
  const auto counts = parse_memory_events("low 1\nhigh 22\nmax 333\noom 4\noom_kill 5\noom_group_kill 6\n");
  const double expected[] = {1, 22, 333, 4, 5};
  for (size_t i = 0; i < kMemoryEvents; ++i) CHECK_EQ(counts[i].value, expected[i]);
  const auto old = parse_memory_events("low 0\nhigh x\nmax 3\n");
  CHECK_EQ(old[1].reason, Reason::malformed);
  CHECK_EQ(old[2].value, 3.0);
  CHECK_EQ(old[4].reason, Reason::unsupported);
}

TEST("memory events: each is told at once, then not for a while, and its last count in the end") {
  ToldEvents told;
  told.begin(parse_memory_events("high 10\nmax 5\noom_kill 0\n"));
  MemoryEvent event{};
  double count = 0;
  CHECK(!told.next(1, event, count));
  CHECK(std::isinf(told.due()));
  told.note(parse_memory_events("high 11\nmax 5\noom_kill 0\n"));
  CHECK(told.next(1, event, count) && event == MemoryEvent::high && count == 11);
  told.note(parse_memory_events("high 500\nmax 6\noom_kill 1\n"));
  CHECK(told.next(1.1, event, count) && event == MemoryEvent::max && count == 6);
  CHECK(told.next(1.1, event, count) && event == MemoryEvent::oom_kill && count == 1);
  CHECK(!told.next(1.9, event, count));
  CHECK_EQ(told.due(), 2.0);
  CHECK(told.next(2.0, event, count) && event == MemoryEvent::high && count == 500);
  CHECK(std::isinf(told.due()));
}

TEST("pressure trigger: windows that an unprivileged process may ask for") {
  CHECK_EQ(unprivileged_window(500), 2000u);
  CHECK_EQ(unprivileged_window(2000), 2000u);
  CHECK_EQ(unprivileged_window(2001), 4000u);
  CHECK_EQ(unprivileged_window(10'000), 10'000u);
  CHECK_EQ(arm_trigger("/nowhere", kSystemMemory).serving.reason, Reason::unsupported);
}

TEST("pushed pressure: the thread comes with the first listener and goes with the last, and says what serves") {
  PushedPressure& pressure = Sampler::instance().pushed_pressure();
  std::thread([] {}).join();  // ThreadSanitizer has a thread of its own from the first one on
  const size_t threads = threads_at_rest(), descriptors = count_in("/proc/self/fd");
  Listener first(count_wake, nullptr, nullptr), second(count_wake, nullptr, nullptr);
  for (Listener* listener : {&first, &second}) Sampler::instance().listeners().add(listener);
  pressure.subscribe(first, PressureEar({kSystemCpu, kSystemMemory}, true));
  pressure.subscribe(second, PressureEar({kSystemMemory}, false));
  const auto serving = served(first);
  CHECK_EQ(serving.size(), size_t{3});
  CHECK_EQ(serving[0].from, std::string("/proc/pressure/cpu"));
  CHECK_EQ(served(second).size(), size_t{1});
  CHECK_EQ(count_in("/proc/self/task"), threads + 1);
  for (Listener* listener : {&first, &second}) {
    pressure.subscribe(*listener, {});
    Sampler::instance().listeners().remove(listener);
  }
  CHECK(settles("/proc/self/task", threads));
  CHECK(settles("/proc/self/fd", descriptors));
}

// In a group of our own: others read the host's files, and keep the kernel from looking at its triggers.
TEST("pushed pressure: the kernel tells of this process's own group") {
  SourceOptions options;
  Root root(options);
  ControlGroups groups(root);
  groups.refresh();
  const std::string group = groups.unified().known() ? groups.unified().levels.front() + "/plimsoll-test-" + std::to_string(getpid()) : "";
  if (group.empty() || mkdir(group.c_str(), 0755) != 0) {
    std::cout << "skip: needs to make a group in cgroup v2\n";
    return;
  }
  test::in_child([&] {
    CHECK(test::put(group + "/cgroup.procs", "0"));
    Listener listener(count_wake, nullptr, nullptr);
    Sampler::instance().listeners().add(&listener);
    constexpr PressureTrigger own{PressureSource::container, PressureResource::cpu, PressureLevel::some, 1, 2000};
    Sampler::instance().pushed_pressure().subscribe(listener, PressureEar({own}, false));
    const auto serving = served(listener);
    CHECK_EQ(serving[0].from, group + "/cpu.pressure");
    if (serving[0].reason != Reason::known) {
      std::cout << "skip: no trigger there (" << test::shown(serving[0].reason) << ")\n";
      return;
    }
    std::array<Event, 72> events;
    CHECK_EQ(Sampler::instance().listeners().under_lock([&] { return listener.take(events); }), size_t{1});
    wakes = 0;
    // Two threads on each CPU, so that some wait.
    std::atomic<bool> stop{false};
    std::vector<std::thread> spinners;
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i) spinners.emplace_back([&] { while (!stop) {} });
    for (int i = 0; i < 2000 && wakes == 0; ++i) usleep(10'000);
    stop = true;
    for (auto& spinner : spinners) spinner.join();
    CHECK(wakes > 0);
    CHECK(Sampler::instance().listeners().under_lock([&] { return listener.take(events); }) >= 1);
    CHECK(events[0] == (Event{3, events[0][1], 1, 0, 0, 1, 2000, 1}));
  });
  test::remove_group(group);
}

TEST("pushed pressure: a thousand times subscribed, from many threads, leaves nothing; a forked child starts its own") {
  PushedPressure& pressure = Sampler::instance().pushed_pressure();
  std::thread([] {}).join();  // ThreadSanitizer has a thread of its own from the first one on
  const size_t threads = threads_at_rest(), descriptors = count_in("/proc/self/fd");
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([&] {
      Listener listener(count_wake, nullptr, nullptr);
      Sampler::instance().listeners().add(&listener);
      for (int i = 0; i < 250; ++i) {
        pressure.subscribe(listener, PressureEar({kSystemCpu}, i % 2 == 0));
        if (i % 3 == 0) pressure.subscribe(listener, {});
      }
      pressure.subscribe(listener, {});
      Sampler::instance().listeners().remove(&listener);
    });
  }
  for (auto& user : users) user.join();
  CHECK(settles("/proc/self/task", threads));
  CHECK(settles("/proc/self/fd", descriptors));
  Listener listener(count_wake, nullptr, nullptr);
  Sampler::instance().listeners().add(&listener);
  pressure.subscribe(listener, PressureEar({kSystemCpu}, false));
  served(listener);
  const pid_t child = fork();
  if (child == 0) {
    Listener own(count_wake, nullptr, nullptr);
    Sampler::instance().listeners().add(&own);
    pressure.subscribe(own, PressureEar({kSystemCpu}, false));
    served(own);
    const bool right = count_in("/proc/self/task") == 4;  // two entries are "." and ".."
    pressure.subscribe(own, {});
    _exit(right && settles("/proc/self/task", 3) ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  pressure.subscribe(listener, {});
  Sampler::instance().listeners().remove(&listener);
  CHECK(settles("/proc/self/task", threads));  // or the next test would count what is on its way out
  CHECK(settles("/proc/self/fd", descriptors));
}
