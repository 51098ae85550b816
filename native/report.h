// One line of JSON for whoever reads a descriptor while JavaScript cannot speak. Sampler thread; allocates nothing.
#pragma once

#include "readers/outlet.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace plimsoll {

// A text in a fixed place. What finds no room makes it unfit to be written, for half a line of JSON is none.
class ReportText {
 public:
  ReportText& add(std::string_view text);
  ReportText& add(double number);  // to three decimals; null where it is not finite or has no exact whole part

  bool fits() const { return fits_; }
  std::string_view text() const { return {bytes_.data(), length_}; }

 private:
  void add_digits(uint64_t number, unsigned least);

  std::array<char, kOutletBytes> bytes_;
  size_t length_ = 0;
  bool fits_ = true;
};

// Writes the line without waiting. Where the system cannot promise that (a file on a disk or a network, which may hang), a
// thread that nobody joins does it; while one of those hangs, what comes is dropped. False: it was dropped or refused.
bool send_report(int descriptor, std::string_view line);

}  // namespace plimsoll
