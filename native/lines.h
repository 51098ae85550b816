// Lines: what JavaScript wants to be told of. Arithmetic only, no clock and no thread: the sampler's thread compares, under
// the lock of listeners.h. What a line means is decided in TypeScript.
#pragma once

#include "schedule.h"
#include "readers/reader.h"
#include "sample.h"

#include <cstdint>
#include <span>
#include <vector>

namespace plimsoll {

// Beyond when value(field) >= factor * value(other), or >= factor where there is no other; <= for `below`.
struct Line {
  Field field{};
  Field other{};
  bool relative = false;  // there is an `other`
  bool below = false;
  bool emergency = false;  // worth a report of the watchdog while the loop is blocked
  double factor = 0;
};

enum class LineState : uint8_t { unknown, short_of, beyond };

// `other` counts only where the line is relative.
double threshold_of(const Line& line, double other);
LineState compare(const Line& line, double value, double other);

// One environment's lines, each with its state and the state that was told last.
class Lines {
 public:
  static constexpr size_t kMost = 256;

  Lines() = default;
  explicit Lines(const std::vector<Line>& lines);

  bool empty() const { return watched_.empty(); }
  size_t size() const { return watched_.size(); }
  const Line& line(size_t index) const { return watched_[index].line; }

  // Could a line be beyond if the slow inputs of its gauge were read anew? Then they have to be.
  bool undecided(const Sample& sample, std::span<const Ceiling> ceilings) const;

  // After a tick that read these rhythms. True if a state changed. Lines that are compared for the first time are news
  // only where they are beyond.
  bool compare(const Due& read, const Sample& sample);

  // From now on, a state that is other than it is now is news.
  void tell();

  // The first emergency line that is beyond without having been told; size() if there is none.
  size_t untold_emergency() const;

 private:
  struct Watched {
    Line line;
    uint8_t rhythms = 0;  // bits: those of its fields
    LineState state = LineState::unknown;
    LineState told = LineState::unknown;
  };

  std::vector<Watched> watched_;
  bool fresh_ = true;  // not compared yet
};

}  // namespace plimsoll
