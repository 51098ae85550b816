// What the kernel hands out, as bytes: records and numbers are copied out of it, never past its end. Any thread: pure.
// The layouts that the decoders of this folder declare are those of xnu for 64-bit programs, little-endian; they compile
// on every system, so that they are tested where macOS is not, and are compared with the system's own headers on macOS.
#pragma once

#include "../../result.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace plimsoll::darwin_os {

using Bytes = std::span<const uint8_t>;

// A record at the start of `bytes`, which may be longer: the kernel appends members. False if it is cut off.
template <typename Record>
bool copy_record(Bytes bytes, Record& record) {
  static_assert(std::is_trivially_copyable_v<Record>);
  if (bytes.size() < sizeof record) return false;
  std::memcpy(&record, bytes.data(), sizeof record);
  return true;
}

// A number as sysctl(3) answers it: 4 bytes (SYSCTL_INT, SYSCTL_UINT) or 8 (SYSCTL_QUAD).
inline Result<uint64_t> decode_number(Bytes bytes) {
  uint32_t narrow = 0;
  uint64_t wide = 0;
  if (bytes.size() == sizeof wide && copy_record(bytes, wide)) return wide;
  if (bytes.size() == sizeof narrow && copy_record(bytes, narrow)) return uint64_t{narrow};
  return Reason::malformed;
}

// Text in an array that ends with a NUL or with the array. False if it is empty.
template <size_t N>
bool text_of(const char (&array)[N], std::string_view& text) {
  text = std::string_view(array, strnlen(array, N));
  return !text.empty();
}

// A result by another unit or in another type.
template <typename From, typename Convert>
Result<double> converted(const Result<From>& from, Convert convert) {
  if (!from) return from.reason;
  return static_cast<double>(convert(*from));
}

}  // namespace plimsoll::darwin_os
