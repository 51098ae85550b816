// The values that readers have found so far: what the next slots are made of.
// Sampler thread only (or the one thread of a one-shot reading).
#pragma once

#include "result.h"

#include <array>
#include <cmath>
#include <limits>

namespace plimsoll {

class Sample {
 public:
  Sample() {
    values_.fill(std::numeric_limits<double>::quiet_NaN());
    reasons_.fill(Reason::unsupported);  // absence is the default: a platform that says nothing supports nothing
  }

  void set(Field field, double value) {
    if (!std::isfinite(value)) return fail(field, Reason::malformed);
    values_[index_of(field)] = value;
    reasons_[index_of(field)] = Reason::known;
  }

  void fail(Field field, Reason reason) {
    values_[index_of(field)] = std::numeric_limits<double>::quiet_NaN();
    reasons_[index_of(field)] = reason;
  }

  template <typename T>
  void put(Field field, const Result<T>& result) {
    if (result) {
      set(field, static_cast<double>(*result));
    } else {
      fail(field, result.reason);
    }
  }

  double value(Field field) const { return values_[index_of(field)]; }
  Reason reason(Field field) const { return reasons_[index_of(field)]; }

 private:
  std::array<double, kFieldCount> values_;
  std::array<Reason, kFieldCount> reasons_;
};

}  // namespace plimsoll
