// See disk.h. Traps: a partition repeats its disk's bytes, and so does every layer above (dm, md, bcache, loop): only
// whole physical disks are added up. A read of diskstats may skip or repeat a line while disks come and go.
#include "disk.h"

#include "kept_file.h"
#include "scanner.h"
#include "whole_disks.h"

#include <algorithm>

namespace plimsoll::linux_os {
namespace {

// Measured: a stat file costs 0.7 µs, diskstats 0.26 µs for each device of the machine, loops and partitions included.
constexpr size_t kMostStatFiles = 3;
constexpr double kSectorBytes = 512;
constexpr double kMsPerSecond = 1e3;
constexpr size_t kPartitionCounters = 4;

struct DiskField {
  Field field;
  DiskCounter counter;
  double times;
  double per;  // divided by, so that a whole number of milliseconds stays exact
  const char* name;  // in a detail row
};
constexpr DiskField kDiskFields[] = {
    {Field::disk_read_bytes_total, kReadSectors, kSectorBytes, 1, "readBytes"},
    {Field::disk_written_bytes_total, kWrittenSectors, kSectorBytes, 1, "writtenBytes"},
    {Field::disk_reads_total, kReads, 1, 1, "reads"},
    {Field::disk_writes_total, kWrites, 1, 1, "writes"},
    {Field::disk_busy_seconds_total, kBusyMs, 1, kMsPerSecond, "busySeconds"},
};

uint64_t key_of(uint32_t major, uint32_t minor, std::string_view name) {
  return identity(name.data(), name.size(), uint64_t{major} << 32 | minor);
}

class DiskReader final : public Reader {
 public:
  DiskReader(Root& root, const WholeDisks& whole) : root_(&root), whole_(whole), diskstats_(root, "/proc/diskstats", Shape::paged) {}

  const char* noun() const override { return "disk"; }

  void read_slow(Sample&) override { look_again(); }

  void read_rates(Sample& sample) override {
    totals_.begin();
    const Reason outcome = uses_stat_files() ? observe_stat_files() : observe_diskstats();
    if (outcome != Reason::known) return fail(sample, outcome);  // without end(), nothing is taken for gone
    totals_.end();
    any_disk_ = any_disk_ || totals_.devices() > 0;
    sample.set(Field::disk_devices_count, static_cast<double>(totals_.devices()));
    for (const auto& disk : kDiskFields) {
      if (any_disk_) {
        sample.set(disk.field, totals_.totals()[disk.counter] * disk.times / disk.per);
      } else {
        sample.fail(disk.field, Reason::unsupported);
      }
    }
  }

  void describe(Sources& sources) const override {
    const char* source = uses_stat_files() ? "/sys/block/*/stat" : "/proc/diskstats";
    for (const auto& disk : kDiskFields) sources.add(disk.field, source);
    sources.add(Field::disk_devices_count, whole_.known() ? "/sys/block" : "/proc/diskstats");
  }

  void list(Details& details) override {
    look_again();
    const auto text = diskstats_.read();
    if (!text) return;
    if (!whole_.known()) remember_names(*text);
    Scanner lines(*text);
    std::string_view line;
    while (lines.line(line)) {
      DiskLine disk;
      if (!parse_disk_line(line, disk)) continue;
      const auto counters = parse_disk_counters(disk.counters);
      if (!counters) continue;
      DetailRow row;
      row.texts.emplace_back("name", disk.name);
      row.numbers.emplace_back("major", disk.major);
      row.numbers.emplace_back("minor", disk.minor);
      row.numbers.emplace_back("counted", is_counted(disk) ? 1 : 0);
      for (const auto& field : kDiskFields) row.numbers.emplace_back(field.name, (*counters)[field.counter] * field.times / field.per);
      details.disks.push_back(std::move(row));
    }
  }

 private:
  struct StatFile {
    uint64_t key;
    KeptFile file;
  };

  bool uses_stat_files() const { return whole_.known() && whole_.all().size() <= kMostStatFiles; }

  void look_again() {
    if (generation_ == whole_.generation()) return;
    generation_ = whole_.generation();
    stat_files_.clear();
    if (!uses_stat_files()) return;
    for (const auto& disk : whole_.all()) {
      stat_files_.push_back({key_of(disk.major, disk.minor, disk.name), KeptFile(*root_, "/sys/block/" + disk.name + "/stat")});
    }
  }

  Reason observe_stat_files() {
    for (auto& stat : stat_files_) {
      const auto text = stat.file.read();
      // A disk that was pulled out since the last listing takes nothing away.
      if (text.reason == Reason::gone || text.reason == Reason::unsupported) continue;
      const auto counters = text ? parse_disk_counters(*text) : Result<DiskCounters>(text.reason);
      if (!counters) return counters.reason == Reason::unsupported ? Reason::malformed : counters.reason;
      totals_.observe(stat.key, *counters);
    }
    return Reason::known;
  }

  Reason observe_diskstats() {
    const auto text = diskstats_.read();
    // Without a block device the file is empty.
    if (!text) return text.reason == Reason::malformed && !whole_.known() ? Reason::known : text.reason;
    if (!whole_.known()) remember_names(*text);
    Scanner lines(*text);
    std::string_view line;
    while (lines.line(line)) {
      DiskLine disk;
      if (!parse_disk_line(line, disk)) return Reason::malformed;
      if (!is_counted(disk)) continue;
      const auto counters = parse_disk_counters(disk.counters);
      if (counters.reason == Reason::unsupported) continue;
      if (!counters) return counters.reason;
      totals_.observe(key_of(disk.major, disk.minor, disk.name), *counters);
    }
    return Reason::known;
  }

  bool is_counted(const DiskLine& disk) const {
    if (whole_.known()) return whole_.contains(disk.major, disk.minor);
    return !is_uncounted_disk_name(disk.name) && !is_partition_name(disk.name, [this](std::string_view parent) {
      return std::binary_search(names_.begin(), names_.end(), identity(parent.data(), parent.size()));
    });
  }

  void remember_names(std::string_view text) {
    names_.clear();  // keeps its room
    Scanner lines(text);
    std::string_view line;
    while (lines.line(line)) {
      DiskLine disk;
      if (parse_disk_line(line, disk)) names_.push_back(identity(disk.name.data(), disk.name.size()));
    }
    std::sort(names_.begin(), names_.end());
  }

  void fail(Sample& sample, Reason reason) const {
    for (const auto& disk : kDiskFields) sample.fail(disk.field, reason);
    sample.fail(Field::disk_devices_count, reason);
  }

  Root* root_;
  const WholeDisks& whole_;
  uint32_t generation_ = 0;
  KeptFile diskstats_;
  std::vector<StatFile> stat_files_;
  std::vector<uint64_t> names_;  // identities of diskstats' names, sorted: only where /sys/block is not known
  DiskAccumulator totals_;
  bool any_disk_ = false;  // there has been one: from then on the counters stand
};

}  // namespace

bool parse_disk_line(std::string_view line, DiskLine& disk) {
  Scanner words(line);
  uint64_t major = 0, minor = 0;
  if (!words.number(major) || !words.number(minor) || !words.word(disk.name)) return false;
  if (major > UINT32_MAX || minor > UINT32_MAX) return false;
  disk.major = static_cast<uint32_t>(major);
  disk.minor = static_cast<uint32_t>(minor);
  disk.counters = words.rest();
  return true;
}

Result<DiskCounters> parse_disk_counters(std::string_view text) {
  constexpr size_t kIgnored = kDiskCounters;  // merged requests, milliseconds of requests, requests in flight (may be negative)
  constexpr size_t kOrder[] = {kReads,          kIgnored, kReadSectors, kIgnored, kWrites, kIgnored,
                               kWrittenSectors, kIgnored, kIgnored,     kBusyMs,  kIgnored};
  DiskCounters counters{};
  Scanner words(text);
  std::string_view word;
  size_t count = 0;
  for (const size_t counter : kOrder) {
    if (!words.word(word)) break;
    uint64_t value = 0;
    if (counter != kIgnored) {
      if (!whole_number(word, value)) return Reason::malformed;
      counters[counter] = static_cast<double>(value);
    }
    ++count;
  }
  if (count == std::size(kOrder)) return counters;
  return count == kPartitionCounters ? Reason::unsupported : Reason::malformed;
}

std::unique_ptr<Reader> disk_reader(Root& root, const WholeDisks& disks) { return std::make_unique<DiskReader>(root, disks); }

}  // namespace plimsoll::linux_os
