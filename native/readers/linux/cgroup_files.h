// What the files of a control group say: one amount, one limit, or lines of a key and a number. Pure functions and one
// counter. Readers' thread. https://docs.kernel.org/admin-guide/cgroup-v2.html#conventions
#pragma once

#include "../../accumulator.h"
#include "../../result.h"
#include "kept_file.h"

#include <string_view>

namespace plimsoll::linux_os {

// One unsigned number.
Result<double> parse_amount(std::string_view text);

// One number, or "max". v1 knows no word: there a number that no machine has (2^60 and more; the largest long, rounded
// down to a page of 4 or 64 KiB, is what it shows) stands for none. Both are `unlimited`.
Result<double> parse_limit(std::string_view text);

// The number of the line "key number". `unsupported` if no line has that key. A last line without its newline was cut
// off and does not count.
Result<double> parse_keyed(std::string_view text, std::string_view key);

Result<double> read_amount(KeptFile& file);
Result<double> read_limit(KeptFile& file);

// Begins as `unsupported`; a level without the file says nothing, one that is unlimited takes nothing away, and one that
// cannot be read makes the least unknown: it might be the least.
void take_least(Result<double>& least, const Result<double>& level);

// A counter of one group. It never steps back when the process moves to another group: that one's growth is added.
class GroupCounter {
 public:
  // `group` is the identity of the group's directory.
  Result<double> grow(uint64_t group, const Result<double>& raw);

 private:
  Accumulator<1> total_;
};

inline uint64_t identity_of(std::string_view directory) { return identity(directory.data(), directory.size()); }

}  // namespace plimsoll::linux_os
