// See container.h.
#include "container.h"

#include "cgroup.h"
#include "container_cpu.h"
#include "container_io.h"
#include "container_memory.h"
#include "container_pids.h"
#include "container_pressure.h"

namespace plimsoll::linux_os {
namespace {

// Fills no field: a process may be moved to another group at any time, and nothing tells it.
class ContainerGroupsReader final : public Reader {
 public:
  explicit ContainerGroupsReader(std::shared_ptr<ControlGroups> groups) : groups_(std::move(groups)) {}

  const char* noun() const override { return "container"; }
  void read_slow(Sample&) override { groups_->refresh(); }

 private:
  std::shared_ptr<ControlGroups> groups_;
};

}  // namespace

Readers container_readers(Root& root, const WholeDisks& disks) {
  const auto groups = std::make_shared<ControlGroups>(root);
  Readers readers;
  readers.push_back(std::make_unique<ContainerGroupsReader>(groups));
  readers.push_back(container_memory_reader(root, groups));
  readers.push_back(container_cpu_reader(root, groups));
  readers.push_back(container_pids_reader(root, groups));
  readers.push_back(container_io_reader(root, groups, disks));
  readers.push_back(container_pressure_reader(root, groups));
  return readers;
}

}  // namespace plimsoll::linux_os
