// Which readers macOS has. One thread, as readers.
//
// This folder is NOT RUN where it is developed: it is compiled and linked for both processors, its decoders (bytes.h,
// cpu_ticks.h, disk_statistics.h, interface_table.h, memory_pages.h, process_usage.h) are tested on Linux with documented
// layouts, and the rest follows the sources of xnu 11417 (macOS 15). It needs macOS 11 or later.
//
// There is no container here and no pressure that adds up stalls, so container.* and pressure.* stay unsupported; the
// kernel's memory pressure level (sysctl kern.memorystatus_vm_pressure_level: 1, 2 or 4) has no field.
#include "../reader.h"

#include "cpu.h"
#include "disk.h"
#include "filesystem.h"
#include "memory.h"
#include "network.h"
#include "process.h"
#include "system.h"

namespace plimsoll {
namespace darwin_os {
namespace {

class Darwin final : public Platform {
 public:
  explicit Darwin(const SourceOptions& options) {
    // Nothing of macOS is in files, so there is nothing to be read from a recorded machine: all stays unsupported.
    if (!options.root.empty()) return;
    readers_.push_back(cpu_reader());
    readers_.push_back(memory_reader());
    readers_.push_back(process_reader());
    readers_.push_back(system_reader());
    readers_.push_back(disk_reader());
    readers_.push_back(filesystem_reader(options.watched_path));
    readers_.push_back(network_reader());
  }

  Readers& readers() override { return readers_; }

 private:
  Readers readers_;
};

}  // namespace
}  // namespace darwin_os

std::unique_ptr<Platform> Platform::open(const SourceOptions& options) { return std::make_unique<darwin_os::Darwin>(options); }

}  // namespace plimsoll
