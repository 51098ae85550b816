// The container readers against this machine's own kernel. Needs root and v1 controllers; skips, and says why, else.
#include "../readers/clock.h"
#include "../readers/linux/affinity.h"
#include "live_group.h"

#include <sys/resource.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;
using namespace plimsoll::test;

namespace {

constexpr double kMiB = 1048576;

bool usable(std::initializer_list<const TestGroup*> groups) {
#if defined(__SANITIZE_THREAD__)
  std::cout << "     (not shown: ThreadSanitizer adds threads and memory of its own to the group)\n";
  return false;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  std::cout << "     (not shown: ThreadSanitizer adds threads and memory of its own to the group)\n";
  return false;
#endif
#endif
  for (const TestGroup* group : groups) {
    if (geteuid() == 0 && group->made()) continue;
    std::cout << "skip: needs root and writable cgroup v1 controllers\n";
    return false;
  }
  return true;
}

void touch(std::vector<char>& memory, size_t bytes) {
  memory.resize(bytes);
  volatile char* const written = memory.data();  // else a compiler may see that nobody reads it, and allocate nothing
  for (size_t i = 0; i < bytes; i += 4096) written[i] = static_cast<char>(i >> 12 | 1);
}

// CPU time, which a busy machine gives late.
void spin_for(std::chrono::milliseconds time) {
  const double end = thread_cpu_seconds() + std::chrono::duration<double>(time).count();
  while (thread_cpu_seconds() < end) {}
}

}  // namespace

TEST("live: memory limits of two levels, a sibling makes the upper one bind") {
  SourceOptions options;
  Root root(options);
  ControlGroups groups(root);
  groups.refresh();
  TestGroup memory(groups, Controller::memory);
  if (!usable({&memory})) return;
  CHECK(put(memory.directory() + "/memory.limit_in_bytes", "134217728"));
  CHECK(put(memory.leaf() + "/memory.limit_in_bytes", "117440512"));
  int ready[2], done[2];
  CHECK(pipe2(ready, O_CLOEXEC) == 0 && pipe2(done, O_CLOEXEC) == 0);
  const pid_t sibling = start_child([&] {
    CHECK(put(memory.directory() + "/cgroup.procs", "0"));
    std::vector<char> held;
    touch(held, 80u << 20);
    char byte = 1;
    CHECK(write(ready[1], &byte, 1) == 1);
    close(done[1]);
    CHECK(read(done[0], &byte, 1) == 0);
  });
  in_child([&] {
    CHECK(put(memory.leaf() + "/cgroup.procs", "0"));
    Live live;
    live.read();
    CHECK_EQ(live.value(Field::container_memory_limit_bytes), 112 * kMiB);
    const double before = live.value(Field::container_memory_current_bytes);
    std::vector<char> held;
    touch(held, 8u << 20);
    live.read_fast();
    CHECK(live.value(Field::container_memory_current_bytes) - before > 7 * kMiB);
    CHECK(std::abs(live.value(Field::container_memory_current_bytes) - std::stod(first_line(memory.leaf() + "/memory.usage_in_bytes"))) < kMiB);
    char byte = 0;
    CHECK(read(ready[0], &byte, 1) == 1);
    live.read();
    CHECK_EQ(live.value(Field::container_memory_binding_limit_bytes), 128 * kMiB);
    CHECK(live.value(Field::container_memory_binding_working_set_bytes) > 85 * kMiB);
    CHECK(live.value(Field::container_memory_working_set_bytes) < 60 * kMiB);
    CHECK_EQ(live.value(Field::container_memory_oom_kills_total), 0.0);
    CHECK_EQ(live.reason(Field::container_memory_high_bytes), Reason::unsupported);
    CHECK(put(memory.leaf() + "/memory.limit_in_bytes", "67108864"));
    live.read();
    CHECK_EQ(live.value(Field::container_memory_limit_bytes), 64 * kMiB);
    // The limit is put back to none while running, on both levels.
    CHECK(put(memory.leaf() + "/memory.limit_in_bytes", "-1"));
    live.read();
    CHECK_EQ(live.value(Field::container_memory_limit_bytes), 128 * kMiB);
  });
  for (const int end : {ready[0], ready[1], done[0], done[1]}) close(end);
  CHECK_EQ(end_of(sibling), 0);
}

TEST("live: a limit that is hit and an OOM kill are counted") {
  SourceOptions options;
  Root root(options);
  ControlGroups groups(root);
  groups.refresh();
  TestGroup memory(groups, Controller::memory);
  if (!usable({&memory})) return;
  CHECK(put(memory.leaf() + "/memory.limit_in_bytes", "33554432"));
  const pid_t victim = start_child([&] {
    CHECK(put(memory.leaf() + "/cgroup.procs", "0"));
    std::vector<char> held;
    touch(held, 96u << 20);
  });
  const int status = end_of(victim);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;  // where there is swap, it may get by
  in_child([&] {
    CHECK(put(memory.leaf() + "/cgroup.procs", "0"));
    Live live;
    live.read();
    CHECK(live.value(Field::container_memory_limit_hits_total) > 0);
    CHECK_EQ(live.value(Field::container_memory_oom_kills_total), killed ? 1.0 : 0.0);
  });
}

TEST("live: a quota on the parent level throttles, and is read there") {
  SourceOptions options;
  Root root(options);
  ControlGroups groups(root);
  groups.refresh();
  TestGroup cpu(groups, Controller::cpu), cpuacct(groups, Controller::cpuacct);
  if (!usable({&cpu, &cpuacct})) return;
  CHECK(put(cpu.directory() + "/cpu.cfs_quota_us", "30000"));
  in_child([&] {
    CHECK(put(cpu.leaf() + "/cgroup.procs", "0"));
    CHECK(put(cpuacct.leaf() + "/cgroup.procs", "0"));
    Live live;
    live.read();
    CHECK_EQ(live.value(Field::container_cpu_quota_cores), 0.3);
    const double used = live.value(Field::container_cpu_usage_seconds_total);
    const double throttled = live.value(Field::container_cpu_throttled_seconds_total);
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    spin_for(std::chrono::milliseconds(250));
    getrusage(RUSAGE_SELF, &after);
    live.read_fast();
    const auto seconds = [](const rusage& usage) {
      return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
             1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    };
    CHECK(std::abs(live.value(Field::container_cpu_usage_seconds_total) - used - (seconds(after) - seconds(before))) < 0.05);
    CHECK(live.value(Field::container_cpu_periods_total) >= 3);
    CHECK(live.value(Field::container_cpu_throttled_periods_total) >= 2);
    CHECK(live.value(Field::container_cpu_throttled_seconds_total) - throttled > 0.05);
    CHECK(put(cpu.directory() + "/cpu.cfs_quota_us", "-1"));
    live.read();
    CHECK_EQ(live.reason(Field::container_cpu_quota_cores), Reason::unlimited);
  });
}

TEST("live: pids, cpuset, pressure and io") {
  SourceOptions options;
  Root root(options);
  ControlGroups groups(root);
  groups.refresh();
  TestGroup pids(groups, Controller::pids), cpuset(groups, Controller::cpuset), io(groups, Controller::io);
  if (!usable({&pids, &cpuset, &io})) return;
  CHECK(put(pids.directory() + "/pids.max", "20"));
  CHECK(put(pids.leaf() + "/pids.max", "50"));
  const std::string own = groups.of(Controller::cpuset).levels.front();
  for (const std::string& level : {cpuset.directory(), cpuset.leaf()}) {
    CHECK(put(level + "/cpuset.mems", first_line(own + "/cpuset.effective_mems")));
    CHECK(put(level + "/cpuset.cpus", "0"));
  }
  in_child([&] {
    for (const TestGroup* group : {&pids, &cpuset, &io}) CHECK(put(group->leaf() + "/cgroup.procs", "0"));
    Live live;
    live.read();
    CHECK_EQ(live.value(Field::container_pids_limit_count), 20.0);
    CHECK_EQ(live.value(Field::container_pids_current_count), 1.0);
    Affinity affinity(live.root(), live.groups());
    CHECK_EQ(affinity.allowed_cpus().value, 1.0);
    CHECK_EQ(affinity.source(), "sched_getaffinity(2) and " + cpuset.leaf() + "/cpuset.effective_cpus");
    const Reason pressure = live.reason(Field::container_pressure_cpu_some_seconds_total);
    CHECK(pressure == Reason::known || pressure == Reason::disabled || pressure == Reason::unsupported);
    const Reason counted = live.reason(Field::container_io_read_bytes_total);
    CHECK(counted == Reason::known || counted == Reason::disabled);
  });
}

TEST("live: the own group is removed after a move: gone until it is looked up again, counters go on") {
  SourceOptions options;
  Root root(options);
  ControlGroups groups(root);
  groups.refresh();
  TestGroup memory(groups, Controller::memory), cpuacct(groups, Controller::cpuacct);
  if (!usable({&memory, &cpuacct})) return;
  CHECK(put(memory.directory() + "/memory.limit_in_bytes", "268435456"));
  in_child([&] {
    for (const TestGroup* group : {&memory, &cpuacct}) CHECK(put(group->leaf() + "/cgroup.procs", "0"));
    Live live;
    live.read();
    spin_for(std::chrono::milliseconds(30));
    live.read_fast();
    const double used = live.value(Field::container_cpu_usage_seconds_total);
    CHECK(used > 0.01);
    for (const TestGroup* group : {&memory, &cpuacct}) CHECK(put(group->directory() + "/cgroup.procs", "0"));
    remove_group(memory.leaf());
    for (int tick = 0; tick < 3; ++tick) {
      live.read_fast();
      CHECK_EQ(live.reason(Field::container_memory_current_bytes), Reason::gone);
      CHECK_EQ(live.reason(Field::container_memory_limit_hits_total), Reason::gone);
      CHECK(live.value(Field::container_cpu_usage_seconds_total) >= used);  // the old group's: it is still there
    }
    live.read();
    CHECK(live.value(Field::container_memory_current_bytes) > 0);
    CHECK_EQ(live.value(Field::container_memory_limit_bytes), 256 * kMiB);
    CHECK(live.value(Field::container_cpu_usage_seconds_total) >= used);
  });
}

TEST("live: without descriptors fields are unknown, and come back") {
  in_child([] {
    Live live;
    rlimit limit{};
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlimit none{3, limit.rlim_max};
    for (int descriptor = 3; descriptor < 64; ++descriptor) close(descriptor);
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    live.read();
    CHECK_EQ(live.reason(Field::container_cpu_usage_seconds_total), Reason::internal);
    CHECK_EQ(live.reason(Field::container_memory_limit_bytes), Reason::internal);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    live.read();
    CHECK(live.reason(Field::container_memory_limit_bytes) != Reason::internal);
    CHECK(live.reason(Field::container_cpu_usage_seconds_total) != Reason::internal);
  });
}
