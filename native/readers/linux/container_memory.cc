// See container_memory.h. memory.stat makes the kernel add up its per-CPU counts (15 to 150 µs when many groups come and
// go), so it is read in the slow rhythm alone; memory.current is one number that is always at hand.
#include "container_memory.h"

#include "container_reader.h"
#include "scanner.h"

#include <algorithm>
#include <array>
#include <limits>

namespace plimsoll::linux_os {
namespace {

struct FileNames {
  const char* limit;
  const char* high;  // v1 has none: its soft limit is a hint for reclaim and throttles nobody
  const char* current;
  const char* oom_kills;
  const char* limit_hits;
};
constexpr FileNames kV1 = {"memory.limit_in_bytes", "", "memory.usage_in_bytes", "memory.oom_control", "memory.failcnt"};
constexpr FileNames kV2 = {"memory.max", "memory.high", "memory.current", "memory.events", "memory.events"};

const FileNames& names_of(int version) { return version == 1 ? kV1 : kV2; }

struct Level {
  Level(Root& root, const std::string& directory, const FileNames& names)
      : limit_file(root, directory + '/' + names.limit),
        high_file(root, directory + '/' + names.high),
        current_file(root, directory + '/' + names.current),
        stat_file(root, directory + "/memory.stat") {}

  KeptFile limit_file;
  KeptFile high_file;
  KeptFile current_file;
  KeptFile stat_file;
  Result<double> limit = Reason::unsupported;
  Result<double> inactive_file = Reason::unsupported;
  Result<double> current = Reason::unsupported;
};

// The files of the own group that count events.
struct Events {
  Events(Root& root, const std::string& directory, const FileNames& names)
      : oom_kills(root, directory + '/' + names.oom_kills), limit_hits(root, directory + '/' + names.limit_hits) {}
  KeptFile oom_kills;
  KeptFile limit_hits;
};

Result<double> working_set(const Result<double>& current, const Result<double>& inactive_file) {
  if (!current) return current.reason;
  if (!inactive_file) return inactive_file.reason;
  return std::max(0.0, *current - *inactive_file);
}

double number(const Result<double>& result) { return result ? *result : std::numeric_limits<double>::quiet_NaN(); }

class ContainerMemoryReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  const char* noun() const override { return "container.memory"; }

  void read_slow(Sample& sample) override {
    if (moved()) choose_files();
    least_limit_ = placement().reason;
    if (placement().known()) least_limit_ = Reason::unsupported;
    for (Level& level : levels_) take_least(least_limit_, level.limit = read_limit(level.limit_file));
    sample.put(Field::container_memory_high_bytes, least_high());
    const GroupMemory own = read_stats();
    sample.put(Field::container_memory_limit_bytes, least_limit_);
    sample.put(Field::container_memory_inactive_file_bytes, own.inactive_file);
    sample.put(Field::container_memory_anon_bytes, own.anon);
    sample.put(Field::container_memory_file_bytes, own.file);
  }

  void read_rates(Sample& sample) override {
    const Counts counts = read_counts();
    sample.put(Field::container_memory_oom_kills_total, oom_kills_.grow(own_group_, counts.oom_kills));
    sample.put(Field::container_memory_limit_hits_total, limit_hits_.grow(own_group_, counts.limit_hits));
  }

  void read_gauges(Sample& sample) override {
    for (Level& level : levels_) {
      const bool own = &level == &levels_.front();
      if (own || level.limit) level.current = read_amount(level.current_file);
      if (own) watch(level.current);
    }
    put_gauges(sample);
    const Binding most = find_binding(Cache::counted);
    ceilings_ = {{{Field::container_memory_working_set_bytes, sample.value(Field::container_memory_current_bytes)},
                  {Field::container_memory_binding_limit_bytes, number(most.limit)},
                  {Field::container_memory_binding_working_set_bytes, number(most.used)}}};
  }

  // Working sets are below what is charged by the inactive cache, which memory.stat alone tells.
  std::span<const Ceiling> ceilings() const override { return ceilings_; }

  void refresh_gauges(Sample& sample) override {
    read_stats();
    put_gauges(sample);
  }

  void describe(Sources& sources) const override {
    const FileNames& names = names_of(placement().version);
    const auto add = [&](Field field, const char* file, std::string_view choice = {}) {
      sources.add(field, placement().source(file, choice));
    };
    add(Field::container_memory_limit_bytes, names.limit, "least");
    if (placement().version != 1) add(Field::container_memory_high_bytes, names.high, "least");
    add(Field::container_memory_current_bytes, names.current);
    for (const Field field : {Field::container_memory_inactive_file_bytes, Field::container_memory_anon_bytes,
                              Field::container_memory_file_bytes}) {
      add(field, "memory.stat");
    }
    add(Field::container_memory_oom_kills_total, names.oom_kills);
    add(Field::container_memory_limit_hits_total, names.limit_hits);
    add(Field::container_memory_working_set_bytes, names.current);
    add(Field::container_memory_binding_limit_bytes, names.limit, "least headroom");
    add(Field::container_memory_binding_working_set_bytes, names.current, "least headroom");
  }

 private:
  enum class Cache { counted, left_out };
  struct Binding {
    Result<double> limit;
    Result<double> used;
  };

  void put_gauges(Sample& sample) const {
    const Result<double> own = levels_.empty() ? placement().reason : levels_.front().current;
    const Result<double> inactive = levels_.empty() ? placement().reason : levels_.front().inactive_file;
    sample.put(Field::container_memory_current_bytes, own);
    sample.put(Field::container_memory_working_set_bytes, working_set(own, inactive));
    const Binding binding = find_binding(Cache::left_out);
    sample.put(Field::container_memory_binding_limit_bytes, binding.limit);
    sample.put(Field::container_memory_binding_working_set_bytes, binding.used);
  }

  const Placement& placement() const { return groups().of(Controller::memory); }

  void choose_files() {
    levels_.clear();
    events_.clear();
    const FileNames& names = names_of(placement().version);
    for (const auto& directory : placement().levels) levels_.emplace_back(root(), directory, names);
    if (!placement().known()) return;
    events_.emplace_back(root(), placement().levels.front(), names);
    own_group_ = identity_of(placement().levels.front());
  }

  Result<double> least_high() {
    Result<double> least = placement().known() ? Reason::unsupported : placement().reason;
    if (placement().version != 2) return least;
    for (Level& level : levels_) take_least(least, read_limit(level.high_file));
    return least;
  }

  // Reads memory.stat where it is needed: of the own group, and of each level whose headroom counts.
  GroupMemory read_stats() {
    if (levels_.empty()) {
      const Reason why = placement().reason;
      return {why, why, why, why};
    }
    const GroupMemory own = read_stat(levels_.front());
    watch(own.inactive_file);
    heed_hidden_limit(own.hierarchical_limit);
    for (size_t i = 1; i < levels_.size(); ++i) {
      if (levels_[i].limit) read_stat(levels_[i]);
    }
    return own;
  }

  GroupMemory read_stat(Level& level) {
    const auto text = level.stat_file.read();
    const GroupMemory memory = text ? parse_memory_stat(*text, placement().version)
                                    : GroupMemory{text.reason, text.reason, text.reason, text.reason};
    level.inactive_file = memory.inactive_file;
    return memory;
  }

  // A limit above what is visible binds the highest visible level: what that level uses is part of what it limits.
  void heed_hidden_limit(const Result<double>& hidden) {
    if (!hidden || (least_limit_ && *least_limit_ <= *hidden)) return;
    take_least(least_limit_, hidden);
    if (least_limit_) levels_.back().limit = hidden;
  }

  // The level with the least headroom. A limited level that cannot be read might be it: then it is not known.
  Binding find_binding(Cache cache) const {
    if (!least_limit_) return {least_limit_.reason, least_limit_.reason};
    Binding binding{Reason::unlimited, Reason::unlimited};
    double least_headroom = std::numeric_limits<double>::infinity();
    for (const Level& level : levels_) {
      if (!level.limit) continue;
      const Result<double> used = cache == Cache::counted ? level.current : working_set(level.current, level.inactive_file);
      if (!used) return {used.reason, used.reason};
      if (*level.limit - *used >= least_headroom) continue;
      least_headroom = *level.limit - *used;
      binding = {level.limit, used};
    }
    return binding;
  }

  struct Counts {
    Result<double> oom_kills;
    Result<double> limit_hits;
  };

  // v2 has both in memory.events, v1 each in a file of its own.
  Counts read_counts() {
    if (events_.empty()) return {placement().reason, placement().reason};
    const auto text = events_.front().oom_kills.read();
    watch(text);
    const auto oom_kills = text ? parse_keyed(*text, "oom_kill") : Result<double>(text.reason);  // since Linux 4.13
    if (placement().version == 2) return {oom_kills, text ? parse_keyed(*text, "max") : Result<double>(text.reason)};
    const auto hits = events_.front().limit_hits.read();
    return {oom_kills, hits ? parse_amount(*hits) : Result<double>(hits.reason)};
  }

  std::vector<Level> levels_;   // as the placement's: own group first
  std::vector<Events> events_;  // none or one
  std::array<Ceiling, 3> ceilings_{};
  Result<double> least_limit_ = Reason::unsupported;
  uint64_t own_group_ = 0;
  GroupCounter oom_kills_;
  GroupCounter limit_hits_;
};

bool take(std::string_view line, std::string_view key, Result<double>& amount) {
  if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') return false;
  amount = parse_amount(line.substr(key.size() + 1));
  return true;
}

}  // namespace

GroupMemory parse_memory_stat(std::string_view text, int version) {
  GroupMemory memory;
  const bool v1 = version == 1;
  Scanner lines(text);
  std::string_view line;
  while (lines.line(line)) {
    if (take(line, v1 ? "total_inactive_file" : "inactive_file", memory.inactive_file)) continue;
    if (take(line, v1 ? "total_rss" : "anon", memory.anon)) continue;
    if (take(line, v1 ? "total_cache" : "file", memory.file)) continue;
    if (!v1 || !line.starts_with("hierarchical_memory_limit ")) continue;
    memory.hierarchical_limit = parse_limit(line.substr(line.find(' ') + 1));
  }
  return memory;
}

std::unique_ptr<Reader> container_memory_reader(Root& root, std::shared_ptr<ControlGroups> groups) {
  return std::make_unique<ContainerMemoryReader>(root, std::move(groups));
}

}  // namespace plimsoll::linux_os
