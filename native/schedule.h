// When each rhythm is due. Arithmetic only, no clock and no thread: the sampler's thread asks it.
//
// Deadlines are absolute (start + k × interval), so they do not drift; those that were missed are skipped, never made up
// for in a burst. A slower rhythm that falls due within half the shortest interval is read with this tick, so that it
// costs no wake-up of its own. All rhythms are read at once at the start and again a little later, so that every rate
// has two readings within a tenth of a second.
#pragma once

#include "fields.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace plimsoll {

struct Intervals {
  std::array<uint32_t, kRhythmCount> ms{80, 1000, 5000};  // by rhythm: gauge, rate, slow

  bool operator==(const Intervals&) const = default;
};

using Due = std::array<bool, kRhythmCount>;

inline constexpr double kWarmUpSeconds = 0.055;  // rates need at least 50 ms between their first two readings

class Schedule {
 public:
  Schedule(const Intervals& intervals, double now) : start_(now), warm_up_(now + kWarmUpSeconds) { retime(intervals, now); }

  // Other intervals from now on; deadlines stay on the grid of the start.
  void retime(const Intervals& intervals, double now) {
    intervals_ = intervals;
    for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) next_[rhythm] = after(rhythm, now);
  }

  double next() const {
    const double regular = *std::min_element(next_.begin(), next_.end());
    return warming_up_ ? std::min(warm_up_, regular) : regular;
  }

  // What is due at `now`; its next deadline is then after `now`.
  Due due(double now) {
    Due due{};
    if (now < next()) return due;
    const double slack = shortest_seconds() / 2;
    const bool warm = warming_up_ && now >= warm_up_;
    for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) {
      const bool regular = next_[rhythm] <= now + slack;
      due[rhythm] = regular || warm;
      if (regular) next_[rhythm] = after(rhythm, std::max(now, next_[rhythm]));
    }
    if (warm) warming_up_ = false;
    return due;
  }

 private:
  double seconds(size_t rhythm) const { return intervals_.ms[rhythm] / 1000.0; }

  double shortest_seconds() const { return *std::min_element(intervals_.ms.begin(), intervals_.ms.end()) / 1000.0; }

  // The first grid point after `time`, a rounding error's breadth aside.
  double after(size_t rhythm, double time) const {
    return start_ + (std::floor((time - start_) / seconds(rhythm) + 1e-6) + 1) * seconds(rhythm);
  }

  double start_;
  double warm_up_;
  bool warming_up_ = true;
  Intervals intervals_;
  std::array<double, kRhythmCount> next_{};
};

}  // namespace plimsoll
