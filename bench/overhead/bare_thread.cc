// An addon with one thread that stands beside the sampler: at absolute deadlines it makes the system calls of one full
// sample and does nothing with the answers (../floor/tape.h), or nothing at all. Uses no Node-API but what is declared
// here, which is ABI stable: so no headers of Node are needed.
#include "../../native/readers/clock.h"
#include "../../native/sampling.h"
#include "../floor/tape.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <ctime>
#include <memory>
#include <pthread.h>

extern "C" {
using Environment = struct napi_env__*;
using Value = struct napi_value__*;
using Information = struct napi_callback_info__*;
int napi_create_function(Environment, const char*, size_t, Value (*)(Environment, Information), void*, Value*);
int napi_set_named_property(Environment, Value, const char*, Value);
int napi_get_cb_info(Environment, Information, size_t*, Value*, Value*, void**);
int napi_get_value_double(Environment, Value, double*);
int napi_create_double(Environment, double, Value*);
}

namespace plimsoll::bench {
namespace {

constexpr size_t kStackBytes = 256 * 1024;  // as the sampler's
constexpr int kWarmUps = 4;

double interval_seconds = 1;
bool reads_files = false;
std::atomic<double> ticks{0};

// The readers stay, for the tape uses their descriptors.
struct Readers {
  std::vector<double> memory = std::vector<double>(Ring::byte_length() / sizeof(double));
  Ring ring{reinterpret_cast<std::byte*>(memory.data())};
  Sampling sampling{ring, {.root = {}, .watched_path = {}, .accessed = nullptr}, nullptr};
};

// Recorded on the thread that plays it, in the process that it is about.
std::unique_ptr<Tape> record() {
  auto* readers = new Readers;
  for (int i = 0; i < kWarmUps; ++i) readers->sampling.read({true, true, true});
  auto tape = std::make_unique<Tape>();
  tape->record([readers] { readers->sampling.read({true, true, true}); });
  tape->add_space(".");
  return tape;
}

// Deadlines that were missed are skipped, as the sampler skips them: made up for in a burst, they would cost a fraction.
void* run(void*) {
  const auto tape = reads_files ? record() : nullptr;
  const double first = monotonic_seconds();
  for (double tick = 1;; ++tick) {
    const double next = first + (std::floor((monotonic_seconds() - first) / interval_seconds + 1e-6) + 1) * interval_seconds;
    const timespec deadline{static_cast<time_t>(next), static_cast<long>((next - std::floor(next)) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
    if (tape != nullptr) tape->play();
    ticks.store(tick, std::memory_order_relaxed);
  }
}

// start(intervalMs, readsFiles): once.
Value start(Environment environment, Information information) {
  size_t count = 2;
  Value values[2];
  double interval_ms = 0, files = 0;
  if (napi_get_cb_info(environment, information, &count, values, nullptr, nullptr) != 0) return nullptr;
  napi_get_value_double(environment, values[0], &interval_ms);
  napi_get_value_double(environment, values[1], &files);
  interval_seconds = interval_ms / 1000;
  reads_files = files != 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  Value started = nullptr;
  napi_create_double(environment, pthread_create(&thread, &attributes, run, nullptr) == 0 ? 1 : 0, &started);
  return started;
}

Value count_ticks(Environment environment, Information) {
  Value count = nullptr;
  napi_create_double(environment, ticks.load(std::memory_order_relaxed), &count);
  return count;
}

void add(Environment environment, Value exports, const char* name, Value (*function)(Environment, Information)) {
  Value value = nullptr;
  napi_create_function(environment, name, std::strlen(name), function, nullptr, &value);
  napi_set_named_property(environment, exports, name, value);
}

}  // namespace
}  // namespace plimsoll::bench

extern "C" __attribute__((visibility("default"))) Value napi_register_module_v1(Environment environment, Value exports) {
  plimsoll::bench::add(environment, exports, "start", plimsoll::bench::start);
  plimsoll::bench::add(environment, exports, "ticks", plimsoll::bench::count_ticks);
  return exports;
}
