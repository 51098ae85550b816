// Tracked processes from being added to being given back, with the sampler's thread running: rows, readers, forks.
#include "../readers/clock.h"
#include "../sampler.h"
#include "check.h"

#include <csignal>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace plimsoll;

namespace {

const Intervals kFast{{1000, 2, 10}};
constexpr size_t kChunkHeader = 64;

Tracking& tracking() { return Sampler::instance().tracking(); }

// A row as JavaScript sees it: plain loads but for the words.
struct View {
  const std::byte* row;
  explicit View(uint32_t index) {
    const auto chunk = tracking().chunk(TrackedRows::chunk_of(index));
    uint32_t bytes = 0;
    std::memcpy(&bytes, chunk.data() + 12, sizeof bytes);
    row = chunk.data() + kChunkHeader + index % kRowsPerChunk * bytes;
  }
  uint32_t word(RowWord which) const {
    auto* words = reinterpret_cast<uint32_t*>(const_cast<std::byte*>(row));
    return std::atomic_ref(words[static_cast<size_t>(which)]).load(std::memory_order_acquire);
  }
  // time, then the values of the newest use slot
  std::array<double, 1 + kUseValues> newest() const {
    std::array<double, 1 + kUseValues> values;
    const size_t slot = word(RowWord::use_head) % kUseSlots;
    std::memcpy(values.data(), row + kRowWords * 4 + slot * (kUseValues + 2) * 8, sizeof values);
    return values;
  }
  RowState state() const { return static_cast<RowState>(word(RowWord::state)); }
};

pid_t child_that(void (*does)()) {
  const pid_t child = fork();
  if (child == 0) {
    does();
    _exit(0);
  }
  return child;
}

template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    usleep(1000);
  }
  return false;
}

void sleep_long() { sleep(1000); }

}  // namespace

TEST("tracking: a row is whole whenever it is read, the end is seen, the row and its descriptor are given back") {
  const auto opened = Sampler::instance().open(kFast, "");
  const uint32_t rows_before = tracking().rows();
  const pid_t child = child_that(sleep_long);
  const auto claim = tracking().add_process(static_cast<uint32_t>(child), nullptr);
  CHECK(static_cast<bool>(claim));
  const View view(claim->row);
  CHECK_EQ(view.word(RowWord::pid), static_cast<uint32_t>(child));
  CHECK(view.newest()[2] > 0);  // memory at once
  double last = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto values = view.newest();
    CHECK(values[0] >= last);
    CHECK(values[1] >= 0 && values[2] > 0 && values[3] == 1);
    last = values[0];
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(eventually([&] { return view.state() == RowState::ended; }));
  CHECK_EQ(Process::kept_descriptors(), 0u);
  tracking().remove(*claim);
  CHECK(eventually([&] { return tracking().rows() == rows_before; }));
  tracking().remove(*claim);  // a row that is nobody's any more
  Sampler::instance().close(opened.id);
  CHECK_EQ(tracking().rows(), rows_before);
}

TEST("tracking: many are added and removed while they are read") {
  const auto opened = Sampler::instance().open(kFast, "");
  std::vector<pid_t> children;
  for (int i = 0; i < 20; ++i) children.push_back(child_that(sleep_long));
  const auto churn = [&](size_t first) {
    for (int round = 0; round < 100; ++round) {
      std::vector<TrackedRows::Claim> claims;
      for (size_t i = first; i < children.size(); i += 2) {
        const auto claim = tracking().add_process(static_cast<uint32_t>(children[i]), nullptr);
        CHECK(static_cast<bool>(claim));
        claims.push_back(*claim);
      }
      usleep(500);
      for (const auto& claim : claims) tracking().remove(claim);
    }
  };
  std::thread one(churn, size_t{0}), other(churn, size_t{1});
  one.join();
  other.join();
  CHECK(eventually([] { return tracking().rows() == 0; }));
  CHECK_EQ(Process::kept_descriptors(), 0u);
  for (const pid_t child : children) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  Sampler::instance().close(opened.id);
}

TEST("tracking: what is removed while no thread runs is given back") {
  const auto opened = Sampler::instance().open(kFast, "");
  const auto claim = tracking().add_process(static_cast<uint32_t>(getpid()), nullptr);
  CHECK(static_cast<bool>(claim));
  tracking().remove(*claim);
  Sampler::instance().close(opened.id);
  CHECK_EQ(tracking().rows(), 0u);
  CHECK_EQ(Process::kept_descriptors(), 0u);
}

TEST("tracking: rows of a listener go with it; a thread's row waits until its loop is watched") {
  const auto opened = Sampler::instance().open(kFast, "");
  Listener listener([](void*) {}, nullptr, nullptr);
  Sampler::instance().listeners().add(&listener);
  const auto waiting = tracking().add_thread(77, &listener);
  CHECK(View(waiting->row).state() == RowState::waiting);
  std::thread worker([&] {
    LoopWatch watch(77, false, nullptr, [](void*) -> uint64_t { return 1; }, 0);
    Sampler::instance().loops().add(&watch);
    CHECK(eventually([&] { return View(waiting->row).state() == RowState::live; }));
    Sampler::instance().loops().remove(&watch);
  });
  worker.join();
  CHECK(eventually([&] { return View(waiting->row).state() == RowState::ended; }));
  CHECK(View(waiting->row).newest()[1] >= 0);
  std::array<Event, 4> events{};
  CHECK(eventually([&] { return Sampler::instance().listeners().under_lock([&] { return listener.take(events); }) == 1; }));
  CHECK_EQ(events[0][0], static_cast<double>(EventKind::ended));
  tracking().add_process(static_cast<uint32_t>(getpid()), &listener);
  tracking().remove_all(&listener);
  Sampler::instance().listeners().remove(&listener);
  CHECK(eventually([] { return tracking().rows() == 0; }));
  Sampler::instance().close(opened.id);
}

TEST("tracking: a forked child tracks nothing, and may begin anew") {
  const auto opened = Sampler::instance().open(kFast, "");
  const auto claim = tracking().add_process(static_cast<uint32_t>(getpid()), nullptr);
  const pid_t child = fork();
  if (child == 0) {
    bool good = tracking().rows() == 0;
    const auto anew = Sampler::instance().open(kFast, "");
    const auto parent = tracking().add_process(static_cast<uint32_t>(getppid()), nullptr);
    good = good && parent && View(parent->row).newest()[2] > 0;
    tracking().remove(*parent);
    Sampler::instance().close(anew.id);
    _exit(good && tracking().rows() == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK_EQ(status, 0);
  CHECK_EQ(tracking().rows(), 1u);
  tracking().remove(*claim);
  Sampler::instance().close(opened.id);
}

TEST("tracking: what is no process is told") {
  CHECK_EQ(tracking().add_process(4'194'305, nullptr).reason, Reason::gone);
  CHECK_EQ(tracking().add_process(2, nullptr).reason == Reason::known, false);  // the kernel's own, or none in a container
}
