// A total that two sources can serve: PDH where it works, else the system call below it. Readers' thread.
//
// Both are read each time, so a change of source in the middle loses and repeats nothing: the total grows by what the
// chosen source has grown since its own last reading, device by device (../../accumulator.h). A source that was missing
// while the other one served begins anew: its growth is already in the total.
#pragma once

#include "../../accumulator.h"
#include "../../result.h"
#include "wrapping_counter.h"

#include <array>
#include <cstdint>
#include <vector>

namespace plimsoll::windows_os {

struct DeviceReading {
  uint64_t key;  // the device's identity within its source
  double value;
};

// What one source says about one counter at one reading.
struct Offer {
  Reason reason = Reason::unsupported;
  std::vector<DeviceReading> devices;  // keeps its room
  bool wraps = false;                  // at 32 bits

  void begin(bool wraps_at_32_bits = false) {
    reason = Reason::known;
    wraps = wraps_at_32_bits;
    devices.clear();
  }
  void fail(Reason why) {
    reason = why;
    devices.clear();
  }
};

template <size_t N>
using Offers = std::array<Offer, N>;

class ServedCounter {
 public:
  enum Start : uint8_t { from_raw_sum, from_zero };  // from_zero: the raw value has no zero point of its own

  explicit ServedCounter(Start start = from_raw_sum) : start_(start) {}

  Result<double> take(const Offer& pdh, const Offer& system) {
    const std::array<const Offer*, 2> offers{&pdh, &system};
    std::array<bool, 2> primed{};
    std::array<double, 2> grown{};
    for (size_t i = 0; i < 2; ++i) {
      if (offers[i]->reason != Reason::known) continue;
      primed[i] = sums_[i].started();
      grown[i] = -sums_[i].totals()[0];
      observe(sums_[i], *offers[i]);
      grown[i] += sums_[i].totals()[0];
    }
    if (pdh.reason != Reason::known && system.reason != Reason::known) return system.reason;
    const bool pdh_serves = primed[0] || (!primed[1] && pdh.reason == Reason::known);
    const size_t chosen = pdh_serves ? 0 : 1;
    if (!started_) {
      total_ = start_ == from_zero ? 0 : sums_[chosen].totals()[0];
      started_ = true;
    } else if (primed[chosen]) {
      total_ += grown[chosen];
    }
    for (size_t i = 0; i < 2; ++i) {
      if (offers[i]->reason != Reason::known) sums_[i] = {};
    }
    return total_;
  }

 private:
  static void observe(Accumulator<1>& sum, const Offer& offer) {
    sum.begin();
    for (const DeviceReading& device : offer.devices) {
      if (offer.wraps) {
        sum.observe(device.key, {device.value}, WrappingGrowth{});
      } else {
        sum.observe(device.key, {device.value});
      }
    }
    sum.end();
  }

  Start start_;
  bool started_ = false;
  double total_ = 0;
  std::array<Accumulator<1>, 2> sums_;  // of PDH and of the system call
};

}  // namespace plimsoll::windows_os
