// See pdh_query.h.
#include "pdh_query.h"

#include "text.h"

namespace plimsoll::windows_os {
namespace {

constexpr PdhStatus kMoreData = 0x800007D2;   // PDH_MORE_DATA
constexpr PdhStatus kNoLibrary = 0xC0000BBE;  // PDH_FUNCTION_NOT_FOUND
constexpr int kMostGrowths = 4;               // instances may appear between the question for the size and the read
constexpr DWORD kMostBytes = 16 * 1024 * 1024;

Reason reason_of(PdhStatus status) {
  switch (status) {
    case 0xC0000BDB:  // PDH_ACCESS_DENIED
      return Reason::denied;
    case 0x800007D5:  // PDH_NO_DATA
    case 0x800007D1:  // PDH_CSTATUS_NO_INSTANCE
    case 0xC0000BC6:  // PDH_INVALID_DATA
      return Reason::gone;
    default:
      return Reason::unsupported;
  }
}

}  // namespace

bool PdhQuery::load() {
  const HMODULE library = system_library(L"pdh.dll");
  return look_up(library, "PdhOpenQueryW", pdh_.open_query) && look_up(library, "PdhCloseQuery", pdh_.close_query) &&
         look_up(library, "PdhAddEnglishCounterW", pdh_.add_counter) && look_up(library, "PdhCollectQueryData", pdh_.collect) &&
         look_up(library, "PdhGetRawCounterArrayW", pdh_.get_raw);
}

PdhStatus PdhQuery::open() {
  close();
  if (pdh_.get_raw == nullptr && !load()) return kNoLibrary;
  return static_cast<PdhStatus>(pdh_.open_query(nullptr, 0, &query_));
}

void PdhQuery::close() {
  if (query_ != nullptr) pdh_.close_query(query_);  // and with it its counters
  query_ = nullptr;
  counters_.clear();
}

PdhStatus PdhQuery::add(const char* path) {
  counters_.push_back(nullptr);
  if (query_ == nullptr) return kNoLibrary;
  return static_cast<PdhStatus>(pdh_.add_counter(query_, to_wide(path).c_str(), 0, &counters_.back()));
}

PdhStatus PdhQuery::collect() { return query_ == nullptr ? kNoLibrary : static_cast<PdhStatus>(pdh_.collect(query_)); }

PdhStatus PdhQuery::read(size_t place, KeyOfInstance key_of, Instances& instances) {
  instances.list.clear();
  DWORD count = 0;
  const PdhStatus status = place < counters_.size() && counters_[place] != nullptr ? fill(counters_[place], count) : kPdhMissing;
  if (status != 0) {
    instances.reason = reason_of(status);
    return status;
  }
  instances.reason = decode_raw_counters(buffer_, count, key_of, instances.list);
  return instances.reason == Reason::known ? 0 : kPdhMissing;
}

// The size is asked for with no buffer at all: what a buffer that is too small gets back is no size to rely on, and may be
// PDH_INVALID_ARGUMENT. Any failure of a buffer may mean that.
PdhStatus PdhQuery::fill(PDH_HCOUNTER counter, DWORD& count) {
  PdhStatus status = kMoreData;
  for (int growth = 0; growth < kMostGrowths; ++growth) {
    auto bytes = static_cast<DWORD>(buffer_.size());
    auto* items = reinterpret_cast<PDH_RAW_COUNTER_ITEM_W*>(buffer_.data());
    if (bytes > 0) status = static_cast<PdhStatus>(pdh_.get_raw(counter, &bytes, &count, items));
    if (status == 0) return status;
    bytes = 0;
    const auto asked = static_cast<PdhStatus>(pdh_.get_raw(counter, &bytes, &count, nullptr));
    if (asked != kMoreData) return asked;
    if (bytes > kMostBytes) return status;
    if (bytes > buffer_.size()) buffer_.resize(bytes + bytes / 2);
  }
  return status;
}

}  // namespace plimsoll::windows_os
