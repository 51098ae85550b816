// See memory.h. Trap: the commit limit that GlobalMemoryStatusEx calls "page file" is RAM and page files together.
// What nothing uses at all, and the cache, Windows tells only to the privileged or lumped together: they are not filled.
#include "memory.h"

#include "api.h"
#include "page_files.h"

namespace plimsoll::windows_os {
namespace {

constexpr size_t kMostBytes = 64 * 1024;

class MemoryReader final : public Reader {
 public:
  MemoryReader() : buffer_(512) {
    SYSTEM_INFO info{};
    GetSystemInfo(&info);
    page_bytes_ = static_cast<double>(info.dwPageSize);
  }

  const char* noun() const override { return "memory"; }

  void read_gauges(Sample& sample) override {
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    if (GlobalMemoryStatusEx(&status) != 0) {
      sample.set(Field::memory_total_bytes, static_cast<double>(status.ullTotalPhys));
      sample.set(Field::memory_available_bytes, static_cast<double>(status.ullAvailPhys));
    } else {
      const Reason reason = reason_of_error(GetLastError());
      sample.fail(Field::memory_total_bytes, reason);
      sample.fail(Field::memory_available_bytes, reason);
    }
    const auto files = read_page_files();
    sample.put(Field::memory_swap_total_bytes, files ? Result<double>(files->total_pages * page_bytes_) : Result<double>(files.reason));
    sample.put(Field::memory_swap_free_bytes, files ? Result<double>(files->free_pages * page_bytes_) : Result<double>(files.reason));
  }

  void describe(Sources& sources) const override {
    sources.add(Field::memory_total_bytes, "GlobalMemoryStatusEx");
    sources.add(Field::memory_available_bytes, "GlobalMemoryStatusEx");
    sources.add(Field::memory_swap_total_bytes, "NtQuerySystemInformation SystemPageFileInformation");
    sources.add(Field::memory_swap_free_bytes, "NtQuerySystemInformation SystemPageFileInformation");
  }

 private:
  Result<PageFiles> read_page_files() {
    if (api().query_system == nullptr) return Reason::unsupported;
    for (;;) {
      ULONG bytes = 0;
      const Status status = api().query_system(SystemClass::page_files, buffer_.data(), static_cast<ULONG>(buffer_.size()), &bytes);
      if (status == kLengthMismatch && buffer_.size() < kMostBytes) {
        buffer_.resize(buffer_.size() * 2);
        continue;
      }
      if (status < 0) return reason_of_status(status);
      if (bytes > buffer_.size()) return Reason::malformed;
      return decode_page_files({buffer_.data(), bytes});
    }
  }

  std::vector<std::byte> buffer_;
  double page_bytes_;
};

}  // namespace

std::unique_ptr<Reader> memory_reader() { return std::make_unique<MemoryReader>(); }

}  // namespace plimsoll::windows_os
