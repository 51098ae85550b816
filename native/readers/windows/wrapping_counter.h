// A counter of 32 bits that the system lets wrap, as one that only grows. Pure, readers' thread.
#pragma once

#include "../../result.h"

#include <cstdint>

namespace plimsoll::windows_os {

class WrappingCounter {
 public:
  // Right as long as it is called before the counter has turned twice: at 100 000 switches a second, in eleven hours.
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

}  // namespace plimsoll::windows_os
