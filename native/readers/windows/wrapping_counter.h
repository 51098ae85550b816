// Counters of 32 bits that the system lets wrap, as ones that only grow. Pure, readers' thread.
#pragma once

#include "../../result.h"

#include <algorithm>
#include <cstdint>

namespace plimsoll::windows_os {

class WrappingCounter {
 public:
  // Right as long as it is called before the counter has come full circle: at 100 000 switches a second, in twelve hours.
  Result<double> grow(const Result<uint32_t>& raw) {
    if (!raw) return raw.reason;
    total_ += started_ ? static_cast<uint32_t>(*raw - before_) : *raw;
    started_ = true;
    before_ = *raw;
    return static_cast<double>(total_);
  }

 private:
  bool started_ = false;
  uint32_t before_ = 0;
  uint64_t total_ = 0;
};

// The growth of a device's counter that has 32 bits, or may: on some releases more. Such a device can also begin anew at 0.
// Only what would have grown by less than a quarter of the circle has wrapped: a billion operations between two readings.
struct WrappingGrowth {
  double operator()(double before, double now) const {
    constexpr double circle = 4294967296.0;
    const bool wraps = now < before && before < circle && now - before + circle < circle / 4;
    return wraps ? now - before + circle : std::max(0.0, now - before);
  }
};

}  // namespace plimsoll::windows_os
