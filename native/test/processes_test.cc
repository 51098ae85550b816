// Other processes on Linux, live, and the texts that tell of them.
#include "../readers/linux/process_stat.h"
#include "../readers/processes.h"
#include "check.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;

namespace {

// A child that sleeps until it is killed.
pid_t sleeping_child() {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  return child;
}

void end(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

}  // namespace

TEST("kin: whatever the name is; parent, times, threads, start") {
  const std::string tail = " S 41 1 1 0 -1 4194560 11 22 33 44 55 66 7 8 -20 -19 9 0 123456 1 2\n";
  for (const char* name : {"42 (node)", "42 (a b)", "42 (x) y)", "42 (()", "42 (evil\n) S 9 9)"}) {
    const auto kin = parse_kin(name + tail);
    CHECK(static_cast<bool>(kin));
    CHECK_EQ(kin->state, 'S');
    CHECK_EQ(kin->parent, 41u);
    CHECK_EQ(kin->own_ticks, 121u);
    CHECK_EQ(kin->waited_ticks, 15u);
    CHECK_EQ(kin->threads, 9u);
    CHECK_EQ(kin->start_ticks, 123456u);
  }
  for (const char* text : {"", "42 node S 1", "42 (node)", "42 (node) S 1 1 1 0 -1 4194560 11 22 33 44 55 66 7 8 20 0 9 0",
                           "42 (node) SS 1 1 1 0 -1 4194560 11 22 33 44 55 66 7 8 20 0 9 0 5",
                           "42 (node) S 99999999999 1 1 0 -1 4194560 11 22 33 44 55 66 7 8 20 0 9 0 5"}) {
    CHECK_EQ(parse_kin(text).reason, Reason::malformed);
  }
}

TEST("the last number given out, and how many were since, over a turn") {
  CHECK_EQ(*parse_last_pid("0.37 0.34 0.55 2/123 31707\n"), 31707u);
  for (const char* text : {"", "0.37 0.34 0.55 2/123", "0.37 0.34 0.55 2/123 x", "a b c d 99999999999"}) {
    CHECK_EQ(parse_last_pid(text).reason, Reason::malformed);
  }
  CHECK_EQ(pids_between(100, 100, 32768), 0u);
  CHECK_EQ(pids_between(100, 105, 32768), 5u);
  CHECK_EQ(pids_between(32760, 305, 32768), 14u);
}

TEST("process: this one's CPU time, memory, details; threads and the gone are none") {
  auto self = Process::open(static_cast<uint32_t>(getpid()));
  CHECK(static_cast<bool>(self));
  const auto first = self->get()->use(true);
  CHECK(first.life == Life::running);
  CHECK(*first.rss_bytes > 1e5);
  volatile double sink = 0;
  for (int i = 0; i < 10'000'000; ++i) sink = sink + i;
  CHECK(*self->get()->use(false).cpu_seconds > *first.cpu_seconds);
  const auto detail = self->get()->detail();
  CHECK(*detail->descriptors >= 3);
  CHECK(*detail->threads >= 1);
  CHECK(static_cast<bool>(detail->written_bytes) && static_cast<bool>(detail->wait_seconds));
  CHECK_EQ(detail->received_bytes.reason, Reason::unsupported);
  CHECK_EQ(self->get()->kin()->parent, static_cast<uint32_t>(getppid()));
  CHECK_EQ(Process::open(4'194'305).reason, Reason::gone);
}

TEST("process: ended, reaped, and the descriptor that was kept for it") {
  const size_t before = Process::kept_descriptors();
  const pid_t child = sleeping_child();
  {
    auto process = Process::open(static_cast<uint32_t>(child));
    CHECK_EQ(Process::kept_descriptors(), before + 1);
    CHECK(process->get()->use(true).life == Life::running);
    kill(child, SIGKILL);
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
    CHECK(process->get()->use(false).life == Life::ended);
    CHECK_EQ(Process::open(static_cast<uint32_t>(child)).reason, Reason::gone);  // a zombie is not worth tracking
    waitpid(child, nullptr, 0);
    CHECK(process->get()->use(false).life == Life::gone);
    CHECK_EQ(process->get()->detail().reason, Reason::gone);
  }
  CHECK_EQ(Process::kept_descriptors(), before);
}

TEST("process: with more than half of the descriptors kept, files are opened anew, and none is mistaken") {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlimit low{2, limit.rlim_max};
  const pid_t children[] = {sleeping_child(), sleeping_child()};
  auto kept = Process::open(static_cast<uint32_t>(children[0]));
  setrlimit(RLIMIT_NOFILE, &low);
  auto none = Process::open(static_cast<uint32_t>(children[1]));  // no descriptor is to be had
  CHECK(!none);
  low.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &low);
  std::vector<std::unique_ptr<Process>> many;
  for (int i = 0; i < 40; ++i) many.push_back(std::move(Process::open(static_cast<uint32_t>(children[i % 2])).value));
  CHECK_EQ(Process::kept_descriptors(), 32u);
  setrlimit(RLIMIT_NOFILE, &limit);
  CHECK(many.back()->use(true).life == Life::running);
  CHECK(*many.back()->use(true).rss_bytes > 0);
  end(children[1]);
  CHECK(many.back()->use(true).life == Life::gone);
  end(children[0]);
}

TEST("census: a child is a newcomer once; a thread is none") {
  const auto census = Census::open();
  std::vector<Kinship> found;
  CHECK(census->newcomers(found));
  CHECK(found.size() > 1);
  found.clear();
  const pid_t child = sleeping_child();
  CHECK(census->newcomers(found));
  const auto is_child = [child](const Kinship& one) { return one.pid == static_cast<uint32_t>(child); };
  CHECK_EQ(std::count_if(found.begin(), found.end(), is_child), 1);
  for (const Kinship& one : found) {
    if (is_child(one)) CHECK_EQ(one.parent, static_cast<uint32_t>(getpid()));
  }
  found.clear();
  std::thread idle([] { usleep(50'000); });
  census->newcomers(found);
  const auto ours = [](const Kinship& one) { return one.parent == static_cast<uint32_t>(getppid()); };
  CHECK_EQ(std::count_if(found.begin(), found.end(), ours), 0);
  CHECK_EQ(std::count_if(found.begin(), found.end(), is_child), 0);
  idle.join();
  end(child);
}

TEST("threads: CPU time and waits of one of this process") {
  uint64_t number = 0;
  Result<double> cpu = Reason::gone, waited = Reason::gone;
  std::thread([&] {
    number = this_thread();
    volatile double sink = 0;
    for (int i = 0; i < 10'000'000; ++i) sink = sink + i;
    cpu = thread_cpu_seconds(number);
    waited = thread_wait_seconds(number);
  }).join();
  CHECK(*cpu > 0.001);
  CHECK(static_cast<bool>(waited));
  CHECK_EQ(thread_cpu_seconds(number).reason, Reason::gone);
}
