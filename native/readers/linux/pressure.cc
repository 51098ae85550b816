// See pressure.h. The kernel's averages are not used: a difference of totals is exact over any window.
#include "pressure.h"

#include "scanner.h"

namespace plimsoll::linux_os {
namespace {

Result<double> total_seconds(std::string_view line) {
  constexpr std::string_view key = " total=";
  const size_t place = line.rfind(key);
  uint64_t microseconds = 0;
  if (place == std::string_view::npos || !whole_number(line.substr(place + key.size()), microseconds)) return Reason::malformed;
  return static_cast<double>(microseconds) / 1e6;
}

class PressureReader final : public Reader {
 public:
  explicit PressureReader(Root& root)
      : cpu_(root, "/proc/pressure/cpu"), memory_(root, "/proc/pressure/memory"), io_(root, "/proc/pressure/io") {}

  const char* noun() const override { return "pressure"; }

  void read_rates(Sample& sample) override {
    sample.put(Field::pressure_cpu_some_seconds_total, read_stalls(cpu_).some_seconds);
    const Stalls memory = read_stalls(memory_);
    sample.put(Field::pressure_memory_some_seconds_total, memory.some_seconds);
    sample.put(Field::pressure_memory_full_seconds_total, memory.full_seconds);
    const Stalls io = read_stalls(io_);
    sample.put(Field::pressure_io_some_seconds_total, io.some_seconds);
    sample.put(Field::pressure_io_full_seconds_total, io.full_seconds);
  }

  void describe(Sources& sources) const override {
    sources.add(Field::pressure_cpu_some_seconds_total, cpu_.absolute());
    sources.add(Field::pressure_memory_some_seconds_total, memory_.absolute());
    sources.add(Field::pressure_memory_full_seconds_total, memory_.absolute());
    sources.add(Field::pressure_io_some_seconds_total, io_.absolute());
    sources.add(Field::pressure_io_full_seconds_total, io_.absolute());
  }

 private:
  KeptFile cpu_;
  KeptFile memory_;
  KeptFile io_;
};

}  // namespace

Stalls parse_pressure(std::string_view text) {
  Stalls stalls;
  Scanner lines(text);
  std::string_view line;
  bool any = false;
  while (lines.line(line)) {
    const bool some = line.starts_with("some ");
    if (!some && !line.starts_with("full ")) continue;
    (some ? stalls.some_seconds : stalls.full_seconds) = total_seconds(line);
    any = true;
  }
  if (!any) return {Reason::malformed, Reason::malformed};
  return stalls;
}

Stalls read_stalls(KeptFile& file) {
  const auto text = file.read();
  if (!text) return {text.reason, text.reason};
  return parse_pressure(*text);
}

std::unique_ptr<Reader> pressure_reader(Root& root) { return std::make_unique<PressureReader>(root); }

}  // namespace plimsoll::linux_os
