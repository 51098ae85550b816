// See container.h.
#include "container.h"

#include "container_cpu.h"
#include "container_io.h"
#include "container_memory.h"
#include "container_pids.h"
#include "container_pressure.h"

namespace plimsoll::linux_os {

Readers container_readers(Root& root, const WholeDisks& disks, const std::shared_ptr<ControlGroups>& groups) {
  Readers readers;
  readers.push_back(container_memory_reader(root, groups));
  readers.push_back(container_cpu_reader(root, groups));
  readers.push_back(container_pids_reader(root, groups));
  readers.push_back(container_io_reader(root, groups, disks));
  readers.push_back(container_pressure_reader(root, groups));
  return readers;
}

}  // namespace plimsoll::linux_os
