// See raw_counters.h.
#include "raw_counters.h"

#include <cstring>

namespace plimsoll::windows_os {
namespace {

constexpr uint32_t kValidData = 0;  // PDH_CSTATUS_VALID_DATA
constexpr uint32_t kNewData = 1;    // PDH_CSTATUS_NEW_DATA

// The text at `name` as far as its NUL, all of it inside `names`; false if it is not.
bool text_inside(std::span<const std::byte> names, const char16_t* name, std::u16string_view& text) {
  const auto place = reinterpret_cast<uintptr_t>(name);
  const auto start = reinterpret_cast<uintptr_t>(names.data());
  if (place < start || place - start >= names.size() || place % alignof(char16_t) != 0) return false;
  const size_t room = (names.size() - (place - start)) / sizeof(char16_t);
  for (size_t length = 0; length < room; ++length) {
    if (name[length] != u'\0') continue;
    text = {name, length};
    return true;
  }
  return false;
}

}  // namespace

Reason decode_raw_counters(std::span<const std::byte> buffer, uint32_t count, KeyOfInstance key_of, std::vector<Instance>& list) {
  list.clear();
  if (count > buffer.size() / sizeof(RawCounterItem)) return Reason::malformed;
  const auto names = buffer.subspan(count * sizeof(RawCounterItem));
  for (uint32_t i = 0; i < count; ++i) {
    RawCounterItem item;
    std::memcpy(&item, buffer.data() + i * sizeof item, sizeof item);
    std::u16string_view name;
    if (!text_inside(names, item.name, name)) return Reason::malformed;
    uint64_t key = 0;
    if (item.counter.status != kValidData && item.counter.status != kNewData) continue;
    if (key_of(name, key)) list.push_back({key, item.counter.first, item.counter.second});
  }
  return list.empty() ? Reason::unsupported : Reason::known;
}

bool parse_number(std::u16string_view text, uint32_t& number) {
  uint64_t value = 0;
  if (text.empty()) return false;
  for (const char16_t digit : text) {
    if (digit < u'0' || digit > u'9') return false;
    value = value * 10 + (digit - u'0');
    if (value > UINT32_MAX) return false;
  }
  number = static_cast<uint32_t>(value);
  return true;
}

}  // namespace plimsoll::windows_os
