// See system.h. There is no limit to hold it against: each process may open millions.
#include "system.h"

#include "api.h"

#include <psapi.h>

namespace plimsoll::windows_os {
namespace {

class SystemReader final : public Reader {
 public:
  const char* noun() const override { return "system"; }

  void read_slow(Sample& sample) override {
    PERFORMANCE_INFORMATION info{};
    if (K32GetPerformanceInfo(&info, sizeof info) != 0) {
      sample.set(Field::system_open_files_count, static_cast<double>(info.HandleCount));
    } else {
      sample.fail(Field::system_open_files_count, reason_of_error(GetLastError()));
    }
  }

  void describe(Sources& sources) const override {
    sources.add(Field::system_open_files_count, "GetPerformanceInfo (handles of any kind)");
  }
};

}  // namespace

std::unique_ptr<Reader> system_reader() { return std::make_unique<SystemReader>(); }

}  // namespace plimsoll::windows_os
