// See cpu.h. Traps: guest time is inside user and nice already; idle, iowait and steal may step back; the sum line
// counts possible CPUs, the cpuN lines online ones, and the sum jumps when a CPU goes or comes. So: start from the sum
// line, then add each CPU's own growth, keyed by its number.
#include "cpu.h"

#include "affinity.h"
#include "kept_file.h"
#include "scanner.h"

namespace plimsoll::linux_os {
namespace {

constexpr size_t kFewestModes = 4;  // user nice system idle: all that Linux 2.4 had
constexpr Field kModeFields[kCpuModes] = {
    Field::cpu_user_seconds_total,   Field::cpu_nice_seconds_total, Field::cpu_system_seconds_total,
    Field::cpu_idle_seconds_total,   Field::cpu_iowait_seconds_total, Field::cpu_irq_seconds_total,
    Field::cpu_softirq_seconds_total, Field::cpu_steal_seconds_total, Field::cpu_guest_seconds_total,
};

Result<double> count_after(std::string_view line, std::string_view key) {
  Scanner scanner(line.substr(key.size()));
  uint64_t count = 0;
  if (!scanner.number(count)) return Reason::malformed;
  return static_cast<double>(count);
}

void parse_count(std::string_view line, StatCounts& counts) {
  if (line.starts_with("ctxt ")) counts.context_switches = count_after(line, "ctxt ");
  if (line.starts_with("procs_running ")) counts.runnable = count_after(line, "procs_running ");
  if (line.starts_with("procs_blocked ")) counts.blocked = count_after(line, "procs_blocked ");
}

class CpuReader final : public Reader {
 public:
  CpuReader(Root& root, double ticks_per_second, std::shared_ptr<ControlGroups> groups)
      : stat_(root, "/proc/stat"),
        loadavg_(root, "/proc/loadavg"),
        affinity_(root, std::move(groups)),
        ticks_per_second_(ticks_per_second) {}

  const char* noun() const override { return "cpu"; }

  void read_rates(Sample& sample) override {
    const auto text = stat_.read();
    const auto counts = text ? parse_stat(*text, cpus_) : Result<StatCounts>(text.reason);
    for (size_t mode = 0; mode < kCpuModes; ++mode) {
      if (counts) {
        sample.set(kModeFields[mode], cpus_.totals()[mode] / ticks_per_second_);
      } else {
        sample.fail(kModeFields[mode], counts.reason);
      }
    }
    const auto& known = counts ? *counts : StatCounts{counts.reason, counts.reason, counts.reason, counts.reason};
    sample.put(Field::cpu_context_switches_total, known.context_switches);
    sample.put(Field::cpu_runnable_count, known.runnable);
    sample.put(Field::cpu_blocked_count, known.blocked);
    sample.put(Field::cpu_online_count, known.online);
  }

  void read_slow(Sample& sample) override {
    const auto text = loadavg_.read();
    const auto load = text ? parse_loadavg(*text) : Result<std::array<double, 3>>(text.reason);
    constexpr Field fields[] = {Field::cpu_load_1m, Field::cpu_load_5m, Field::cpu_load_15m};
    for (size_t i = 0; i < 3; ++i) sample.put(fields[i], load ? Result<double>(load->at(i)) : Result<double>(load.reason));
    sample.put(Field::cpu_allowed_count, affinity_.allowed_cpus());
  }

  void describe(Sources& sources) const override {
    for (const Field field : kModeFields) sources.add(field, "/proc/stat");
    for (const Field field : {Field::cpu_context_switches_total, Field::cpu_runnable_count, Field::cpu_blocked_count,
                              Field::cpu_online_count}) {
      sources.add(field, "/proc/stat");
    }
    for (const Field field : {Field::cpu_load_1m, Field::cpu_load_5m, Field::cpu_load_15m}) sources.add(field, "/proc/loadavg");
    sources.add(Field::cpu_allowed_count, affinity_.source());
  }

  void list(Details& details) override {
    const auto text = stat_.read();
    if (!text) return;
    Scanner lines(*text);
    std::string_view line;
    while (lines.line(line)) {
      int64_t number = 0;
      CpuModes ticks{};
      if (!parse_cpu_line(line, number, ticks) || number < 0) continue;
      DetailRow row;
      row.numbers.emplace_back("number", static_cast<double>(number));
      constexpr const char* names[kCpuModes] = {"userSeconds", "niceSeconds", "systemSeconds", "idleSeconds", "iowaitSeconds",
                                                "irqSeconds",  "softirqSeconds", "stealSeconds", "guestSeconds"};
      for (size_t mode = 0; mode < kCpuModes; ++mode) row.numbers.emplace_back(names[mode], ticks[mode] / ticks_per_second_);
      details.cpus.push_back(std::move(row));
    }
  }

 private:
  KeptFile stat_;
  KeptFile loadavg_;
  Affinity affinity_;
  CpuAccumulator cpus_;
  double ticks_per_second_;
};

}  // namespace

bool parse_cpu_line(std::string_view line, int64_t& number, CpuModes& ticks) {
  if (!line.starts_with("cpu")) return false;
  Scanner words(line.substr(3));
  if (line.size() > 3 && line[3] == ' ') {
    number = -1;
  } else {
    uint64_t cpu = 0;
    if (!words.number(cpu) || cpu > 1u << 20) return false;
    number = static_cast<int64_t>(cpu);
  }
  ticks.fill(0);
  uint64_t value = 0;
  size_t mode = 0;
  for (; mode < kCpuModes && words.number(value); ++mode) ticks[mode] = static_cast<double>(value);
  if (mode == kCpuModes && words.number(value)) ticks[kCpuModes - 1] += static_cast<double>(value);  // guest_nice
  return mode >= kFewestModes;
}

Result<StatCounts> parse_stat(std::string_view text, CpuAccumulator& cpus) {
  StatCounts counts;
  Scanner lines(text);
  std::string_view line;
  CpuModes sum{}, ticks{};
  bool has_sum = false;
  size_t online = 0;
  cpus.begin();
  while (lines.line(line)) {
    int64_t number = 0;
    if (!line.starts_with("cpu")) {
      parse_count(line, counts);
    } else if (!parse_cpu_line(line, number, ticks)) {
      return Reason::malformed;  // the CPUs not seen stay as they were: without end(), nothing is taken for gone
    } else if (number < 0) {
      sum = ticks;
      has_sum = true;
    } else {
      cpus.observe(static_cast<uint64_t>(number), ticks);
      ++online;
    }
  }
  if (!has_sum && online == 0) return Reason::malformed;
  if (online == 0) cpus.observe(~uint64_t{0}, sum);  // some sandboxes show the sum alone
  if (has_sum) cpus.start_from(sum);
  cpus.end();
  if (online > 0) counts.online = static_cast<double>(online);
  return counts;
}

Result<std::array<double, 3>> parse_loadavg(std::string_view text) {
  std::array<double, 3> averages{};
  Scanner words(text);
  std::string_view word;
  for (double& average : averages) {
    // "0.42": whole part and hundredths, read apart because strtod follows the locale and from_chars is newer than our oldest C++ library.
    if (!words.word(word)) return Reason::malformed;
    const size_t dot = word.find('.');
    uint64_t whole = 0, fraction = 0;
    if (!whole_number(word.substr(0, dot), whole)) return Reason::malformed;
    if (dot == std::string_view::npos || !whole_number(word.substr(dot + 1), fraction)) return Reason::malformed;
    double scale = 1;
    for (size_t i = dot + 1; i < word.size(); ++i) scale *= 10;
    average = static_cast<double>(whole) + static_cast<double>(fraction) / scale;
  }
  return averages;
}

std::unique_ptr<Reader> cpu_reader(Root& root, double ticks_per_second, std::shared_ptr<ControlGroups> groups) {
  return std::make_unique<CpuReader>(root, ticks_per_second, std::move(groups));
}

}  // namespace plimsoll::linux_os
