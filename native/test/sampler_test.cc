// The sampler's thread without Node: start and stop, sharing, fork, descriptor exhaustion, blocked loops, failed files.
#include "../sampler.h"
#include "../readers/clock.h"
#include "../readers/linux/kept_file.h"
#include "../sampling.h"
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace plimsoll;

namespace {

const Intervals kFast{{5, 5, 5}};

uint32_t head(Rhythm rhythm) {
  auto* words = reinterpret_cast<uint32_t*>(Sampler::instance().memory().data());
  return std::atomic_ref(words[8 + index_of(rhythm) * kRhythmBlock]).load(std::memory_order_acquire);
}

bool wait_for(Rhythm rhythm, uint32_t more) {
  const uint32_t before = head(rhythm);
  for (int i = 0; i < 4000 && head(rhythm) - before < more; ++i) usleep(1000);
  return head(rhythm) - before >= more;
}

size_t descriptors() {
  size_t count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

size_t threads() {
  struct stat status;
  stat("/proc/self/task", &status);
  return status.st_nlink - 2;
}

std::string temporary_root() {
  char path[] = "/tmp/plimsoll-sampler-XXXXXX";
  return mkdtemp(path);
}

void write_file(const std::string& path, const std::string& text) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) mkdir(path.substr(0, slash).c_str(), 0755);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  CHECK_EQ(write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(file);
}

}  // namespace

TEST("sampler: publishes while open, joins its thread and closes its descriptors with the last opener") {
  for (int i = 0; i < 1000 && threads() > 1; ++i) usleep(1000);  // helpers of other tests end by themselves
  const size_t descriptors_before = descriptors(), threads_before = threads();
  const auto first = Sampler::instance().open(kFast, "");
  const auto second = Sampler::instance().open({{1000, 1000, 1000}}, "");
  CHECK(wait_for(Rhythm::gauge, 10));
  Sampler::instance().close(first.id);
  CHECK(threads() > threads_before);
  Sampler::instance().close(second.id);
  Sampler::instance().close(second.id);  // twice does nothing
  for (int i = 0; i < 200 && threads() > threads_before; ++i) usleep(1000);  // the helper of statvfs ends by itself
  CHECK_EQ(threads(), threads_before);
  CHECK_EQ(descriptors(), descriptors_before);
}

TEST("sampler: the shortest interval wins, and changes while running") {
  const auto slow = Sampler::instance().open({{60000, 60000, 60000}}, "");
  CHECK(wait_for(Rhythm::gauge, 1));
  usleep(100'000);  // past the warm-up
  const uint32_t before = head(Rhythm::gauge);
  usleep(30'000);
  CHECK_EQ(head(Rhythm::gauge), before);
  const auto fast = Sampler::instance().open(kFast, "");
  CHECK(wait_for(Rhythm::gauge, 5));
  Sampler::instance().change(fast.id, {{60000, 60000, 60000}});
  usleep(20'000);
  const uint32_t after = head(Rhythm::gauge);
  usleep(50'000);
  CHECK(head(Rhythm::gauge) - after <= 1);
  Sampler::instance().close(fast.id);
  Sampler::instance().close(slow.id);
}

TEST("sampler: one watched path per process") {
  const auto first = Sampler::instance().open(kFast, "/tmp");
  const auto same = Sampler::instance().open(kFast, "/tmp");
  const auto other = Sampler::instance().open(kFast, "/usr");
  CHECK(same.refusal == Sampler::Refusal::none);
  CHECK(other.refusal == Sampler::Refusal::other_path);
  CHECK_EQ(other.watched_path, std::string("/tmp"));
  Sampler::instance().close(first.id);
  Sampler::instance().close(same.id);
}

TEST("sampler: 10,000 starts and stops leave nothing behind") {
  const size_t descriptors_before = descriptors(), threads_before = threads();
  for (int i = 0; i < 10'000; ++i) Sampler::instance().close(Sampler::instance().open(kFast, "").id);
  for (int i = 0; i < 500 && threads() > threads_before; ++i) usleep(1000);
  CHECK(threads() <= threads_before);  // a thread of an earlier test may have been ending
  CHECK_EQ(descriptors(), descriptors_before);
}

TEST("sampler: opened and closed from many threads at once") {
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([] {
      for (int i = 0; i < 200; ++i) {
        const auto opened = Sampler::instance().open(kFast, "");
        Sampler::instance().change(opened.id, {{3, 7, 11}});
        Sampler::instance().close(opened.id);
      }
    });
  }
  for (auto& user : users) user.join();
}

TEST("sampler: a forked child starts its own, and reads about itself") {
  const auto opened = Sampler::instance().open(kFast, "");
  CHECK(wait_for(Rhythm::gauge, 2));
  const pid_t child = fork();
  if (child == 0) {
    const auto mine = Sampler::instance().open(kFast, "");
    const bool ticks = wait_for(Rhythm::gauge, 5);
    const auto* words = reinterpret_cast<const int32_t*>(Sampler::instance().memory().data());
    const bool own = words[static_cast<size_t>(HeaderWord::pid)] == getpid();
    Sampler::instance().close(mine.id);
    _exit(ticks && own ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(wait_for(Rhythm::gauge, 5));
  Sampler::instance().close(opened.id);
}

TEST("sampler: without a descriptor left it goes on, says internal, and recovers") {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{3, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  std::vector<double> memory(Ring::byte_length() / sizeof(double) + 1);
  Ring ring(reinterpret_cast<std::byte*>(memory.data()));
  Sampling sampling(ring, {}, nullptr);
  sampling.read({true, true, true});
  CHECK_EQ(sampling.sample().reason(Field::memory_total_bytes), Reason::internal);
  CHECK_EQ(sampling.sample().reason(Field::cpu_user_seconds_total), Reason::internal);
  CHECK_EQ(sampling.sample().reason(Field::process_user_seconds_total), Reason::known);
  setrlimit(RLIMIT_NOFILE, &before);
  sampling.read({true, true, true});
  CHECK_EQ(sampling.sample().reason(Field::memory_total_bytes), Reason::known);
  CHECK_EQ(sampling.sample().reason(Field::cpu_user_seconds_total), Reason::known);
}

TEST("sampling: one unreadable, empty or mangled file leaves the other fields exact") {
  const std::string root = temporary_root();
  write_file(root + "/proc/stat", "cpu  10 0 5 100\ncpu0 10 0 5 100\nctxt 9\n");
  write_file(root + "/proc/meminfo", "");
  write_file(root + "/proc/loadavg", "rubbish");
  write_file(root + "/proc/self/statm", "100 25 1 1 1 1 1\n");
  std::vector<double> memory(Ring::byte_length() / sizeof(double) + 1);
  Ring ring(reinterpret_cast<std::byte*>(memory.data()));
  Sampling sampling(ring, {.root = root, .watched_path = {}, .accessed = nullptr}, nullptr);
  sampling.read({true, true, true});
  const Sample& sample = sampling.sample();
  CHECK_EQ(sample.value(Field::cpu_system_seconds_total), 0.05);
  CHECK_EQ(sample.value(Field::process_rss_bytes), 25 * 4096.0);
  CHECK_EQ(sample.reason(Field::memory_total_bytes), Reason::malformed);
  CHECK_EQ(sample.reason(Field::cpu_load_1m), Reason::malformed);
  CHECK_EQ(sample.reason(Field::pressure_cpu_some_seconds_total), Reason::unsupported);
  CHECK_EQ(sample.reason(Field::process_voluntary_switches_total), Reason::unsupported);
  const int done = std::system(("rm -rf " + root).c_str());
  CHECK_EQ(done, 0);
}

TEST("event loops: time that passes without idling is busy, the running stretch included") {
  struct FakeLoop {
    std::atomic<uint64_t> idle_ns{0};
  } loop;
  LoopWatch watch(1, true, &loop, [](void* context) { return static_cast<FakeLoop*>(context)->idle_ns.load(); }, 1'000'000'000);
  CHECK_EQ(watch.collect(1'250'000'000).longest_busy_seconds, 0.25);  // blocked since it was added
  watch.stamp(1'300'000'000);
  loop.idle_ns = 500'000'000;  // then it idled half a second
  CHECK_EQ(watch.collect(1'800'000'000).longest_busy_seconds, 0.3);
  watch.stamp(1'820'000'000);
  CHECK_EQ(watch.collect(1'820'000'000).longest_busy_seconds, 0.02);
  CHECK_EQ(watch.collect(1'820'000'000).idle_seconds, 0.5);
}

TEST("event loops: a removed loop is not asked; the main loop has its fields, workers their rows") {
  EventLoops loops;
  uint64_t idle = 7'000'000'000;
  const auto idle_of = [](void* context) { return *static_cast<uint64_t*>(context); };
  LoopWatch main_loop(0, true, &idle, idle_of, 0), worker(5, false, &idle, idle_of, 0);
  Sample sample;
  CHECK_EQ(loops.collect(sample).size(), size_t{0});
  CHECK_EQ(sample.reason(Field::loop_idle_seconds_total), Reason::unsupported);
  loops.add(&main_loop);
  loops.add(&worker);
  const auto rows = loops.collect(sample);
  CHECK_EQ(rows.size(), size_t{1});
  CHECK_EQ(rows[0].thread_id, 5.0);
  CHECK_EQ(sample.value(Field::loop_idle_seconds_total), 7.0);
  loops.remove(&main_loop);
  loops.remove(&worker);
  CHECK_EQ(loops.collect(sample).size(), size_t{0});
}

TEST("kept file: a text longer than the buffer is read whole; a replaced file is opened anew") {
  using namespace plimsoll::linux_os;
  const std::string folder = temporary_root();
  std::string longer(100'000, 'x');
  write_file(folder + "/long", longer);
  SourceOptions options;
  options.root = folder;
  Root root(options);
  for (const Shape shape : {Shape::whole, Shape::paged}) {
    KeptFile file(root, "/long", shape);
    CHECK_EQ(file.read()->size(), longer.size());
  }
  KeptFile missing(root, "/missing");
  CHECK_EQ(missing.read().reason, Reason::unsupported);
  write_file(folder + "/missing", "now");
  CHECK_EQ(missing.read().reason, Reason::unsupported);  // not tried again before the next slow reading
  root.next_attempt();
  CHECK_EQ(*missing.read(), std::string_view("now"));
  const int done = std::system(("rm -rf " + folder).c_str());
  CHECK_EQ(done, 0);
}
