// See disk.h. Traps: IOMedia objects repeat a disk's bytes for each partition, container and volume, so drivers are added
// up, one for each whole disk, and of those only real ones; IOKit makes a dictionary for every answer, which is allocated
// and freed again: once for each disk and reading of rates.
#include "disk.h"

#include "../../accumulator.h"
#include "iokit.h"

#include <cmath>

namespace plimsoll::darwin_os {
namespace {

struct DiskField {
  Field field;
  DiskCounter counter;
  const char* name;  // in a detail row
};
constexpr DiskField kDiskFields[] = {
    {Field::disk_read_bytes_total, kReadBytes, "readBytes"},
    {Field::disk_written_bytes_total, kWrittenBytes, "writtenBytes"},
    {Field::disk_reads_total, kReads, "reads"},
    {Field::disk_writes_total, kWrites, "writes"},
};

class DiskReader final : public Reader {
 public:
  const char* noun() const override { return "disk"; }

  void read_slow(Sample&) override { outcome_ = disks_.refresh(); }

  void read_rates(Sample& sample) override {
    if (outcome_ == Reason::warming_up) outcome_ = disks_.refresh();
    const Reason outcome = outcome_ == Reason::known ? observe() : outcome_;
    if (outcome != Reason::known) return fail(sample, outcome);
    any_disk_ = any_disk_ || totals_.devices() > 0;
    sample.set(Field::disk_devices_count, static_cast<double>(totals_.devices()));
    for (const auto& disk : kDiskFields) {
      if (any_disk_) {
        sample.set(disk.field, totals_.totals()[disk.counter]);
      } else {
        sample.fail(disk.field, Reason::unsupported);
      }
    }
  }

  void describe(Sources& sources) const override {
    for (const auto& disk : kDiskFields) sources.add(disk.field, "IOKit IOBlockStorageDriver");
    sources.add(Field::disk_devices_count, "IOKit IOBlockStorageDriver");
  }

  void list(Details& details) override {
    outcome_ = disks_.refresh();
    if (outcome_ != Reason::known) return;
    for (const Disk& disk : disks_.all()) {
      const auto counters = disks_.counters(disk);
      if (!counters) continue;
      DetailRow row;
      row.texts.emplace_back("name", disks_.name(disk));
      row.numbers.emplace_back("major", std::nan(""));
      row.numbers.emplace_back("minor", std::nan(""));
      row.numbers.emplace_back("counted", disk.counted ? 1 : 0);
      for (const auto& field : kDiskFields) row.numbers.emplace_back(field.name, (*counters)[field.counter]);
      row.numbers.emplace_back("busySeconds", std::nan(""));
      details.disks.push_back(std::move(row));
    }
  }

 private:
  Reason observe() {
    totals_.begin();
    for (const Disk& disk : disks_.all()) {
      if (!disk.counted) continue;
      const auto counters = disks_.counters(disk);
      // A disk that was pulled out since the last look, or a driver without statistics, takes nothing away.
      if (counters.reason == Reason::gone || counters.reason == Reason::unsupported) continue;
      if (!counters) return counters.reason;  // without end(), nothing is taken for gone
      totals_.observe(disk.id, *counters);
    }
    totals_.end();
    return Reason::known;
  }

  void fail(Sample& sample, Reason reason) const {
    for (const auto& disk : kDiskFields) sample.fail(disk.field, reason);
    sample.fail(Field::disk_devices_count, reason);
  }

  Disks disks_;
  Reason outcome_ = Reason::warming_up;  // of the last look
  Accumulator<kDiskCounters> totals_;
  bool any_disk_ = false;  // there has been one: from then on the counters stand
};

}  // namespace

std::unique_ptr<Reader> disk_reader() { return std::make_unique<DiskReader>(); }

}  // namespace plimsoll::darwin_os
