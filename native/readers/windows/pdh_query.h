// One PDH query: pdh.dll, loaded when first wanted, and the counters added to it. One thread; any call may block.
// https://learn.microsoft.com/windows/win32/api/pdh/
#pragma once

#include "api.h"
#include "raw_counters.h"

#include <pdh.h>
#include <string>
#include <vector>

namespace plimsoll::windows_os {

using PdhStatus = uint32_t;
inline constexpr PdhStatus kPdhMissing = 0xC0000BB8;  // PDH_CSTATUS_NO_OBJECT: not there, or its registry is corrupt

class PdhQuery {
 public:
  PdhQuery() = default;
  PdhQuery(const PdhQuery&) = delete;
  PdhQuery& operator=(const PdhQuery&) = delete;
  ~PdhQuery() { close(); }

  PdhStatus open();
  void close();

  // Adds a counter of all instances by its English path; its place, in order of addition, is what read() takes. A counter
  // that cannot be added keeps its place.
  PdhStatus add(const char* path);
  PdhStatus collect();
  PdhStatus read(size_t place, KeyOfInstance key_of, Instances& instances);

 private:
  bool load();
  PdhStatus fill(PDH_HCOUNTER counter, DWORD& count);

  struct Functions {
    decltype(&PdhOpenQueryW) open_query;
    decltype(&PdhCloseQuery) close_query;
    decltype(&PdhAddEnglishCounterW) add_counter;
    decltype(&PdhCollectQueryData) collect;
    decltype(&PdhGetRawCounterArrayW) get_raw;
  };
  Functions pdh_{};
  PDH_HQUERY query_ = nullptr;
  std::vector<PDH_HCOUNTER> counters_;
  std::vector<std::byte> buffer_;  // keeps its size: instances come and go
};

}  // namespace plimsoll::windows_os
