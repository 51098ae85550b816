// Which readers Linux has. One thread, as readers.
#include "../reader.h"

#include "auxiliary.h"
#include "container.h"
#include "cpu.h"
#include "disk.h"
#include "filesystem.h"
#include "memory.h"
#include "network.h"
#include "pressure.h"
#include "process.h"
#include "root.h"
#include "system.h"
#include "whole_disks.h"

namespace plimsoll {
namespace linux_os {
namespace {

class Linux final : public Platform {
 public:
  explicit Linux(const SourceOptions& options) : root_(options), disks_(root_), groups_(std::make_shared<ControlGroups>(root_)) {
    const Auxiliary auxiliary = read_auxiliary(root_);
    readers_.push_back(cpu_reader(root_, auxiliary.ticks_per_second, groups_));
    readers_.push_back(memory_reader(root_));
    readers_.push_back(process_reader(root_, auxiliary.ticks_per_second, auxiliary.page_bytes));
    readers_.push_back(pressure_reader(root_));
    readers_.push_back(system_reader(root_));
    readers_.push_back(disk_reader(root_, disks_));
    readers_.push_back(network_reader(root_));
    readers_.push_back(filesystem_reader(root_, options.watched_path));
    for (auto& reader : container_readers(root_, disks_, groups_)) readers_.push_back(std::move(reader));
  }

  Readers& readers() override { return readers_; }
  void before_slow() override {
    root_.next_attempt();
    disks_.refresh();
    groups_->refresh();
  }

 private:
  Root root_;
  WholeDisks disks_;
  std::shared_ptr<ControlGroups> groups_;
  Readers readers_;  // after root_, which they point to
};

}  // namespace
}  // namespace linux_os

std::unique_ptr<Platform> Platform::open(const SourceOptions& options) { return std::make_unique<linux_os::Linux>(options); }

}  // namespace plimsoll
