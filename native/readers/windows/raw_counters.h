// Raw values of a PDH counter with all its instances, decoded. Pure functions, any thread.
// https://learn.microsoft.com/windows/win32/api/pdh/nf-pdh-pdhgetrawcounterarrayw
#pragma once

#include "../../result.h"
#include "layouts.h"

#include <span>
#include <string_view>
#include <vector>

namespace plimsoll::windows_os {

// One instance of a counter: a CPU, a disk, an interface. `first` is the counter, `second` its clock where it has one.
struct Instance {
  uint64_t key;
  int64_t first;
  int64_t second;
};

struct Instances {
  Reason reason = Reason::warming_up;
  std::vector<Instance> list;  // keeps its room
  bool wraps = false;          // at 32 bits
};

// The identity of an instance by its name; false for a sum over others ("_Total").
using KeyOfInstance = bool (*)(std::u16string_view name, uint64_t& key);

// What PdhGetRawCounterArrayW has filled: `count` items and behind them their names. Instances without valid data (gone
// since the last look) are left out. `malformed` if anything points outside, `unsupported` if no instance is left.
Reason decode_raw_counters(std::span<const std::byte> buffer, uint32_t count, KeyOfInstance key_of, std::vector<Instance>& list);

// Decimal digits and nothing else, up to 2^32 - 1.
bool parse_number(std::u16string_view text, uint32_t& number);

}  // namespace plimsoll::windows_os
