// Which readers Windows has. One thread, as readers.
#include "../reader.h"

#include "container.h"
#include "cpu.h"
#include "disk.h"
#include "filesystem.h"
#include "memory.h"
#include "network.h"
#include "pdh.h"
#include "process.h"
#include "system.h"

namespace plimsoll {
namespace windows_os {
namespace {

class Windows final : public Platform {
 public:
  // Of a recorded machine there is nothing to read here: what Windows tells is not in files.
  explicit Windows(const SourceOptions& options) {
    if (!options.root.empty()) return;
    const auto pdh = std::make_shared<Pdh>();
    readers_.push_back(pdh_reader(pdh));  // before those that take what it has read
    readers_.push_back(cpu_reader(pdh));
    readers_.push_back(memory_reader());
    readers_.push_back(process_reader());
    readers_.push_back(disk_reader(pdh));
    readers_.push_back(network_reader(pdh));
    readers_.push_back(filesystem_reader(options.watched_path));
    readers_.push_back(container_reader());
    readers_.push_back(system_reader());
  }

  Readers& readers() override { return readers_; }

 private:
  Readers readers_;
};

}  // namespace
}  // namespace windows_os

std::unique_ptr<Platform> Platform::open(const SourceOptions& options) { return std::make_unique<windows_os::Windows>(options); }

}  // namespace plimsoll
