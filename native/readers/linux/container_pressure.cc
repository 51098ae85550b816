// See container_pressure.h. /proc/pressure is the whole host's, inside a container too; these files are not.
#include "container_pressure.h"

#include "container_reader.h"
#include "pressure.h"

namespace plimsoll::linux_os {
namespace {

struct Files {
  Files(Root& root, const std::string& directory)
      : cpu(root, directory + "/cpu.pressure"),
        memory(root, directory + "/memory.pressure"),
        io(root, directory + "/io.pressure") {}
  KeptFile cpu;
  KeptFile memory;
  KeptFile io;
};

class ContainerPressureReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  const char* noun() const override { return "container.pressure"; }

  void read_slow(Sample&) override {
    if (moved()) choose_files();
  }

  void read_rates(Sample& sample) override {
    const Stalls cpu = files_.empty() ? none() : read_stalls(files_.front().cpu);
    const Stalls memory = files_.empty() ? none() : read_stalls(files_.front().memory);
    const Stalls io = files_.empty() ? none() : read_stalls(files_.front().io);
    watch(cpu.some_seconds);
    put(sample, Field::container_pressure_cpu_some_seconds_total, cpu_some_, cpu.some_seconds);
    put(sample, Field::container_pressure_memory_some_seconds_total, memory_some_, memory.some_seconds);
    put(sample, Field::container_pressure_memory_full_seconds_total, memory_full_, memory.full_seconds);
    put(sample, Field::container_pressure_io_some_seconds_total, io_some_, io.some_seconds);
    put(sample, Field::container_pressure_io_full_seconds_total, io_full_, io.full_seconds);
  }

  void describe(Sources& sources) const override {
    const Placement& own = groups().unified();
    sources.add(Field::container_pressure_cpu_some_seconds_total, own.source("cpu.pressure"));
    sources.add(Field::container_pressure_memory_some_seconds_total, own.source("memory.pressure"));
    sources.add(Field::container_pressure_memory_full_seconds_total, own.source("memory.pressure"));
    sources.add(Field::container_pressure_io_some_seconds_total, own.source("io.pressure"));
    sources.add(Field::container_pressure_io_full_seconds_total, own.source("io.pressure"));
  }

 private:
  Stalls none() const { return {groups().unified().reason, groups().unified().reason}; }

  void choose_files() {
    files_.clear();
    if (!groups().unified().known()) return;
    files_.emplace_back(root(), groups().unified().levels.front());
    own_group_ = identity_of(groups().unified().levels.front());
  }

  void put(Sample& sample, Field field, GroupCounter& counter, const Result<double>& raw) {
    sample.put(field, counter.grow(own_group_, raw));
  }

  std::vector<Files> files_;  // none or one
  uint64_t own_group_ = 0;
  GroupCounter cpu_some_;
  GroupCounter memory_some_;
  GroupCounter memory_full_;
  GroupCounter io_some_;
  GroupCounter io_full_;
};

}  // namespace

std::unique_ptr<Reader> container_pressure_reader(Root& root, std::shared_ptr<ControlGroups> groups) {
  return std::make_unique<ContainerPressureReader>(root, std::move(groups));
}

}  // namespace plimsoll::linux_os
