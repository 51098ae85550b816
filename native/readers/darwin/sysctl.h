// A value of sysctl(3), looked up by name once and then read by number. Readers' thread.
// https://developer.apple.com/library/archive/documentation/System/Conceptual/ManPages_iPhoneOS/man3/sysctl.3.html
#pragma once

#include "bytes.h"

namespace plimsoll::darwin_os {

// errno, as a reason.
Reason reason_of(int error_number);

class Sysctl {
 public:
  explicit Sysctl(const char* name) : name_(name) {}

  // The bytes of the value, in `buffer`.
  Result<Bytes> read(std::span<uint8_t> buffer);
  Result<uint64_t> number();

  const char* name() const { return name_; }

 private:
  Reason look_up();

  static constexpr size_t kMostParts = 12;  // CTL_MAXNAME

  const char* name_;
  int parts_[kMostParts] = {};
  size_t count_ = 0;                 // 0: not looked up yet
  Reason missing_ = Reason::known;   // a name that this system does not have stays unknown
};

}  // namespace plimsoll::darwin_os
