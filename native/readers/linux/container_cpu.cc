// See container_cpu.h. A group that is throttled because of its parent's quota does not say so: only the parent's file
// does. So throttling is read where the least quota is set.
#include "container_cpu.h"

#include "container_reader.h"
#include "scanner.h"

namespace plimsoll::linux_os {
namespace {

constexpr uint64_t kDefaultPeriodMicroseconds = 100000;

struct Level {
  Level(Root& root, const std::string& directory, int version)
      : quota_file(root, directory + (version == 1 ? "/cpu.cfs_quota_us" : "/cpu.max")),
        period_file(root, directory + "/cpu.cfs_period_us"),  // v1 alone
        stat_file(root, directory + "/cpu.stat"),
        identity(identity_of(directory)) {}

  KeptFile quota_file;
  KeptFile period_file;
  KeptFile stat_file;
  uint64_t identity;
};

Result<double> cores(uint64_t quota, uint64_t period) {
  if (quota == 0 || period == 0) return Reason::malformed;
  return static_cast<double>(quota) / static_cast<double>(period);
}

// Divided, not multiplied by a fraction: so that a whole number of units stays exact.
Result<double> scaled(const Result<double>& count, double per_unit) {
  return count ? Result<double>(*count / per_unit) : count;
}

class ContainerCpuReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  const char* noun() const override { return "container.cpu"; }

  void read_slow(Sample& sample) override {
    if (moved()) choose_files();
    quota_ = placement().known() ? Reason::unsupported : placement().reason;
    for (size_t i = 0; i < levels_.size(); ++i) {
      const Result<double> quota = read_quota(levels_[i]);
      if (i == 0) watch(quota);
      if (quota && (!quota_ || *quota < *quota_)) binding_ = i;
      take_least(quota_, quota);
    }
    sample.put(Field::container_cpu_quota_cores, quota_);
  }

  void read_rates(Sample& sample) override {
    sample.put(Field::container_cpu_usage_seconds_total, usage_.grow(own_group_, read_usage()));
    const GroupCpu cpu = read_binding();
    const uint64_t group = quota_ ? levels_[binding_].identity : 0;
    sample.put(Field::container_cpu_periods_total, periods_.grow(group, cpu.periods));
    sample.put(Field::container_cpu_throttled_periods_total, throttled_periods_.grow(group, cpu.throttled_periods));
    sample.put(Field::container_cpu_throttled_seconds_total, throttled_seconds_.grow(group, cpu.throttled_seconds));
  }

  void describe(Sources& sources) const override {
    const bool v1 = placement().version == 1;
    sources.add(Field::container_cpu_usage_seconds_total, own().source(own().version == 1 ? "cpuacct.usage" : "cpu.stat"));
    sources.add(Field::container_cpu_quota_cores, placement().source(v1 ? "cpu.cfs_quota_us" : "cpu.max", "least"));
    const std::string stat = quota_ ? levels_[binding_].stat_file.absolute() + (v1 ? " (cgroup v1)" : " (cgroup v2)")
                                    : placement().source("cpu.stat");
    for (const Field field : {Field::container_cpu_periods_total, Field::container_cpu_throttled_periods_total,
                              Field::container_cpu_throttled_seconds_total}) {
      sources.add(field, stat);
    }
  }

 private:
  const Placement& placement() const { return groups().of(Controller::cpu); }
  const Placement& own() const { return groups().of(Controller::cpuacct); }

  void choose_files() {
    levels_.clear();
    usage_files_.clear();
    for (const auto& directory : placement().levels) levels_.emplace_back(root(), directory, placement().version);
    if (!own().known()) return;
    usage_files_.emplace_back(root(), own().levels.front() + (own().version == 1 ? "/cpuacct.usage" : "/cpu.stat"));
    own_group_ = identity_of(own().levels.front());
  }

  Result<double> read_quota(Level& level) {
    const auto quota = level.quota_file.read();
    if (!quota) return quota.reason;
    if (placement().version == 2) return parse_cpu_max(*quota);
    char kept[32];  // reading the period overwrites the quota's text
    const size_t length = quota->copy(kept, sizeof kept);
    const auto period = level.period_file.read();
    if (!period) return period.reason;
    return parse_cfs_quota(std::string_view(kept, length), *period);
  }

  Result<double> read_usage() {
    if (usage_files_.empty()) return own().reason;
    const auto text = usage_files_.front().read();
    if (!text) return watch(text).reason;
    return own().version == 1 ? scaled(parse_amount(*text), 1e9) : parse_cpu_stat(*text).usage_seconds;
  }

  GroupCpu read_binding() {
    const auto fail = [](Reason why) { return GroupCpu{why, why, why, why}; };
    if (!quota_) return fail(quota_.reason);
    const auto text = levels_[binding_].stat_file.read();
    return text ? parse_cpu_stat(*text) : fail(text.reason);
  }

  std::vector<Level> levels_;         // as the placement's: own group first
  std::vector<KeptFile> usage_files_; // none or one
  Result<double> quota_ = Reason::unsupported;
  size_t binding_ = 0;                // the level whose quota is the least, if there is one
  uint64_t own_group_ = 0;
  GroupCounter usage_;
  GroupCounter periods_;
  GroupCounter throttled_periods_;
  GroupCounter throttled_seconds_;
};

}  // namespace

Result<double> parse_cpu_max(std::string_view text) {
  Scanner words(text);
  std::string_view word, more;
  if (!words.word(word)) return Reason::malformed;
  uint64_t quota = 0, period = kDefaultPeriodMicroseconds;
  const bool unlimited = word == "max";
  if (!unlimited && !whole_number(word, quota)) return Reason::malformed;
  if (words.word(word) && !whole_number(word, period)) return Reason::malformed;
  if (words.word(more)) return Reason::malformed;
  return unlimited ? Result<double>(Reason::unlimited) : cores(quota, period);
}

Result<double> parse_cfs_quota(std::string_view quota_text, std::string_view period_text) {
  Scanner words(quota_text);
  std::string_view word, more;
  if (!words.word(word) || words.word(more)) return Reason::malformed;
  if (word == "-1") return Reason::unlimited;
  uint64_t quota = 0, period = 0;
  if (!whole_number(word, quota) || !whole_number(period_text, period)) return Reason::malformed;
  return cores(quota, period);
}

GroupCpu parse_cpu_stat(std::string_view text) {
  GroupCpu cpu;
  cpu.usage_seconds = scaled(parse_keyed(text, "usage_usec"), 1e6);
  cpu.periods = parse_keyed(text, "nr_periods");
  cpu.throttled_periods = parse_keyed(text, "nr_throttled");
  const auto microseconds = parse_keyed(text, "throttled_usec");
  cpu.throttled_seconds = microseconds.reason != Reason::unsupported ? scaled(microseconds, 1e6)
                                                                     : scaled(parse_keyed(text, "throttled_time"), 1e9);
  return cpu;
}

std::unique_ptr<Reader> container_cpu_reader(Root& root, std::shared_ptr<ControlGroups> groups) {
  return std::make_unique<ContainerCpuReader>(root, std::move(groups));
}

}  // namespace plimsoll::linux_os
