// See memory.h. "kB" there means KiB. MemAvailable is missing before Linux 3.14 and is then not guessed at: free and
// cached memory do not add up to it, for tmpfs and shared memory cannot be reclaimed.
#include "memory.h"

#include "kept_file.h"
#include "scanner.h"

namespace plimsoll::linux_os {
namespace {

struct Line {
  std::string_view key;
  Field field;
};

// In the order of the file, so that each is found at the first try.
constexpr Line kLines[] = {
    {"MemTotal:", Field::memory_total_bytes},         {"MemFree:", Field::memory_free_bytes},
    {"MemAvailable:", Field::memory_available_bytes}, {"Cached:", Field::memory_cached_bytes},
    {"SwapTotal:", Field::memory_swap_total_bytes},   {"SwapFree:", Field::memory_swap_free_bytes},
    {"Dirty:", Field::memory_dirty_bytes},
};
constexpr size_t kLineCount = std::size(kLines);

Result<double> kibibytes(std::string_view text) {
  Scanner words(text);
  uint64_t amount = 0;
  std::string_view unit;
  if (!words.number(amount) || !words.word(unit) || unit != "kB") return Reason::malformed;
  return static_cast<double>(amount) * 1024;
}

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(Root& root) : meminfo_(root, "/proc/meminfo") {}

  const char* noun() const override { return "memory"; }

  void read_gauges(Sample& sample) override {
    const auto text = meminfo_.read();
    if (text) return parse_meminfo(*text, sample);
    for (const Line& line : kLines) sample.fail(line.field, text.reason);
  }

  void describe(Sources& sources) const override {
    for (const Line& line : kLines) sources.add(line.field, meminfo_.absolute());
  }

 private:
  KeptFile meminfo_;
};

}  // namespace

void parse_meminfo(std::string_view text, Sample& sample) {
  bool found[kLineCount] = {};
  size_t missing = kLineCount, next = 0;
  Scanner lines(text);
  std::string_view line;
  while (missing > 0 && lines.line(line)) {
    for (size_t tried = 0; tried < kLineCount; ++tried) {
      const size_t i = (next + tried) % kLineCount;
      if (found[i] || !line.starts_with(kLines[i].key)) continue;
      sample.put(kLines[i].field, kibibytes(line.substr(kLines[i].key.size())));
      found[i] = true;
      --missing;
      next = i + 1;
      break;
    }
  }
  for (size_t i = 0; i < kLineCount; ++i) {
    if (!found[i]) sample.fail(kLines[i].field, Reason::unsupported);
  }
}

std::unique_ptr<Reader> memory_reader(Root& root) { return std::make_unique<MemoryReader>(root); }

}  // namespace plimsoll::linux_os
