// What one full sample costs beside a bare loop over the same system calls (tape.h), interleaved in one run.
// Prints JSON. Arguments: --rounds N, --threads N; `--only sample|floor` runs one side alone, for strace.
#include "../../native/event_loops.h"
#include "../../native/readers/clock.h"
#include "../../native/sampling.h"
#include "tape.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <pthread.h>
#include <unistd.h>

namespace plimsoll::bench {
namespace {

constexpr int kWarmUps = 4;
constexpr int kReadersEvery = 4;  // rounds
constexpr int kNodeThreads = 11;  // an idle Node 20 on two CPUs has as many besides the sampler's: their files are read, too

struct Arguments {
  int rounds = 1500;
  int threads = kNodeThreads;
  std::string only;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Nanoseconds that `body` takes, two looks at the clock included: some 40.
template <typename Body>
double time_ns(Body body) {
  const double before = monotonic_seconds();
  body();
  return (monotonic_seconds() - before) * 1e9;
}

// The sampler as it runs in a process, but for its thread: its ring, its readers, one event loop that it watches.
class Subject {
 public:
  explicit Subject(const std::string& watched_path)
      : memory_(Ring::byte_length() / sizeof(double)),
        ring_(reinterpret_cast<std::byte*>(memory_.data())),
        watch_(0, true, nullptr, [](void*) { return uint64_t{0}; }, 0),
        sampling_(ring_, {.root = {}, .watched_path = watched_path, .accessed = nullptr}, &loops_) {
    loops_.add(&watch_);
    for (int i = 0; i < kWarmUps; ++i) sample();
  }

  void sample() { sampling_.read({true, true, true}); }
  void read(Reader& reader, Rhythm rhythm) {
    if (rhythm == Rhythm::gauge) reader.read_gauges(sampling_.sample());
    if (rhythm == Rhythm::rate) reader.read_rates(sampling_.sample());
    if (rhythm == Rhythm::slow) reader.read_slow(sampling_.sample());
  }
  Readers& readers() { return sampling_.readers(); }

 private:
  std::vector<double> memory_;
  Ring ring_;
  EventLoops loops_;
  LoopWatch watch_;
  Sampling sampling_;
};

struct ReaderTimes {
  const char* noun;
  Reader* reader;
  Tape tapes[kRhythmCount];
  std::vector<double> ns[kRhythmCount];
  std::vector<double> floor_ns;
};

constexpr Rhythm kOrder[] = {Rhythm::slow, Rhythm::rate, Rhythm::gauge};

// Each reader twice, and only the second time counts: so it finds the caches as warm as its floor does.
void time_readers(Subject& subject, std::vector<ReaderTimes>& all) {
  const double clock_ns = time_ns([] {});
  for (ReaderTimes& times : all) {
    double ns[kRhythmCount], floor_ns = 0;
    for (int pass = 0; pass < 2; ++pass) {
      floor_ns = 0;
      for (const Rhythm rhythm : kOrder) {
        const size_t i = index_of(rhythm);
        ns[i] = std::max(0.0, time_ns([&] { subject.read(*times.reader, rhythm); }) - clock_ns);
        if (!times.tapes[i].calls().empty()) floor_ns += time_ns([&] { times.tapes[i].play(); }) - clock_ns;
      }
    }
    for (size_t i = 0; i < kRhythmCount; ++i) times.ns[i].push_back(ns[i]);
    times.floor_ns.push_back(floor_ns);
  }
}

void print_readers(const std::vector<ReaderTimes>& all) {
  const auto each = [&all](const char* name, const auto& print) {
    std::printf("\"%s\":{", name);
    for (const ReaderTimes& times : all) {
      std::printf("%s\"%s\":", &times == &all.front() ? "" : ",", times.noun);
      print(times);
    }
    std::printf("},");
  };
  each("readers", [](const ReaderTimes& times) {
    std::printf("%.0f", median(times.ns[0]) + median(times.ns[1]) + median(times.ns[2]));
  });
  each("readerFloors", [](const ReaderTimes& times) { std::printf("%.0f", median(times.floor_ns)); });
  each("rhythms", [](const ReaderTimes& times) {
    std::printf("{\"gaugeNs\":%.0f,\"rateNs\":%.0f,\"slowNs\":%.0f}", median(times.ns[0]), median(times.ns[1]), median(times.ns[2]));
  });
}

void print_repeats(const Tape& tape) {
  std::map<std::string, int> repeats;
  for (const std::string& about : tape.repeats()) ++repeats[about];
  std::printf("\"repeats\":{");
  bool first = true;
  for (const auto& [about, count] : repeats) {
    std::printf("%s\"%s\":%d", first ? "" : ",", about.c_str(), count);
    first = false;
  }
  std::printf("},");
}

// Threads like those of Node, which do nothing.
void start_idle_threads(int count) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    const auto idle = [](void*) -> void* {
      for (;;) pause();
    };
    if (pthread_create(&thread, &attributes, idle, nullptr) != 0) std::exit(1);
  }
  usleep(20000);
}

void run_one_side(const Arguments& arguments, Subject& subject, Tape& tape) {
  for (int i = 0; i < arguments.rounds; ++i) {
    if (arguments.only == "sample") {
      subject.sample();
    } else {
      tape.play();
    }
  }
}

int run(const Arguments& arguments) {
  start_idle_threads(arguments.threads);
  Subject subject("");         // without the space of a file system: another thread asks for that
  Tape tape, again;
  tape.record([&] { subject.sample(); });
  again.record([&] { subject.sample(); });
  if (!arguments.only.empty()) return run_one_side(arguments, subject, tape), 0;

  Subject with_space(".");
  std::vector<ReaderTimes> readers(with_space.readers().size());
  for (size_t i = 0; i < readers.size(); ++i) {
    readers[i].reader = with_space.readers()[i].get();
    readers[i].noun = readers[i].reader->noun();
    for (const Rhythm rhythm : kOrder) {
      readers[i].tapes[index_of(rhythm)].record([&] { with_space.read(*readers[i].reader, rhythm); });
    }
  }
  std::vector<double> sample_ns, floor_ns, ratios, with_space_ns;
  for (int round = 0; round < arguments.rounds; ++round) {
    double one = 0, other = 0;
    const auto sample = [&] { one = time_ns([&] { subject.sample(); }); };
    const auto floor = [&] { other = time_ns([&] { tape.play(); }); };
    if (round % 2 == 0) sample();
    floor();
    if (round % 2 != 0) sample();
    sample_ns.push_back(one);
    floor_ns.push_back(other);
    ratios.push_back(one / other);
    if (round % kReadersEvery != 0) continue;
    with_space_ns.push_back(time_ns([&] { with_space.sample(); }));
    time_readers(with_space, readers);
  }
  std::printf("{\"ratio\":%.4f,\"floorNs\":%.0f,\"sampleNs\":%.0f,", median(ratios), median(floor_ns), median(sample_ns));
  print_readers(readers);
  std::printf("\"sampleWithSpaceNs\":%.0f,\"floorCalls\":%zu,\"repeatedCalls\":%zu,", median(with_space_ns), tape.calls().size(),
              tape.repeats().size());
  print_repeats(tape);
  std::printf("\"steady\":%s,\"threads\":%d,\"rounds\":%d}\n", tape.identity() == again.identity() ? "true" : "false",
              arguments.threads + 1, arguments.rounds);
  return 0;
}

}  // namespace
}  // namespace plimsoll::bench

int main(int count, char** values) {
  plimsoll::bench::Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const char* value = values[i + 1];
    if (std::strcmp(values[i], "--rounds") == 0) arguments.rounds = std::max(1, std::atoi(value));
    if (std::strcmp(values[i], "--threads") == 0) arguments.threads = std::max(0, std::atoi(value));
    if (std::strcmp(values[i], "--only") == 0) arguments.only = value;
  }
  return plimsoll::bench::run(arguments);
}
