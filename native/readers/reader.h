// The contract that every platform's readers keep. One noun per reader, the same nouns on every platform.
//
// Threads: a reader lives on one thread: the sampler's, or that of a one-shot reading. It needs no lock.
// Rules: measure, never judge. Raw counters and gauges in base units. Never throw, never block for long, allocate only
// when something appears. What cannot be read is failed with a reason; the other fields stay exact.
#pragma once

#include "../sample.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll {

// Where fields come from, for `plimsoll doctor`.
class Sources {
 public:
  void add(Field field, std::string_view source) { texts_[index_of(field)] = source; }
  const std::string& of(Field field) const { return texts_[index_of(field)]; }

 private:
  std::array<std::string, kFieldCount> texts_;
};

// Rows that are too many for the ring, read on demand: one per CPU, disk, network interface and mount.
// A row is a name, texts and numbers; a number that is not known is NaN.
struct DetailRow {
  std::vector<std::pair<const char*, std::string>> texts;
  std::vector<std::pair<const char*, double>> numbers;
};

struct Details {
  std::vector<DetailRow> cpus;
  std::vector<DetailRow> disks;
  std::vector<DetailRow> interfaces;
  std::vector<DetailRow> mounts;
};

// The most that a gauge can be until its slow inputs are read anew: a working set is never more than the memory charged.
struct Ceiling {
  Field field{};
  double most = 0;  // NaN: unknown
};

class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  virtual const char* noun() const = 0;

  // Each is called when its rhythm is due; slow comes before rates, and rates before gauges, within a tick.
  virtual void read_slow(Sample&) {}
  virtual void read_rates(Sample&) {}
  virtual void read_gauges(Sample&) {}

  // For gauges that are derived from slow inputs: what they could be at most, as of the last read_gauges(); and the slow
  // inputs of these gauges alone read anew, then the gauges. Asked for where it decides whether somebody is woken.
  virtual std::span<const Ceiling> ceilings() const { return {}; }
  virtual void refresh_gauges(Sample&) {}

  virtual void watch(const std::string&) {}  // another path's file system from the next slow reading on
  virtual void describe(Sources&) const {}
  virtual void list(Details&) {}
};

// What a reading is made of. `root` is empty for the live system, else a directory that holds a recorded one.
struct SourceOptions {
  std::string root;
  std::string watched_path;                       // whose file system filesystem.* describes; empty: none
  std::vector<std::string>* accessed = nullptr;   // if set: every path that was read is added, for `doctor --record`
};

using Readers = std::vector<std::unique_ptr<Reader>>;

// The one place where a platform is chosen: each readers/<os>/readers.cc defines it, and the build compiles one of them.
class Platform {
 public:
  virtual ~Platform() = default;
  virtual Readers& readers() = 0;
  virtual void before_slow() {}  // what could not be opened may be tried again
  static std::unique_ptr<Platform> open(const SourceOptions& options);
};

}  // namespace plimsoll
