// A made-up machine in a directory: its /proc/self/cgroup, mountinfo and control groups, and the container readers on it.
#pragma once

#include "../readers/linux/container.h"
#include "check.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace plimsoll::test {

inline constexpr const char* kV2Mount = "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n";

// A v1 mount of the whole hierarchy below /sys/fs/cgroup/<name>.
inline std::string v1_mount(const std::string& name, const std::string& controllers, const std::string& group = "/") {
  return "32 31 0:29 " + group + " /sys/fs/cgroup/" + name + " rw,relatime - cgroup cgroup rw," + controllers + "\n";
}

class CgroupTree {
 public:
  CgroupTree() : directory_(made()), root_(SourceOptions{directory_, "", nullptr}), disks_(root_), groups_(std::make_shared<linux_os::ControlGroups>(root_)) {
    readers_ = linux_os::container_readers(root_, disks_, groups_);
  }
  CgroupTree(const CgroupTree&) = delete;
  CgroupTree& operator=(const CgroupTree&) = delete;
  ~CgroupTree() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  // Keeps the file's inode, as the kernel's files do, so that kept descriptors see the new text.
  void write(const std::string& path, const std::string& text) {
    std::error_code ignored;
    const std::filesystem::path file(directory_ + path);
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }
  void remove(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove_all(directory_ + path, ignored);
  }

  void place(const std::string& membership, const std::string& mounts) {
    write("/proc/self/cgroup", membership);
    write("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/root rw\n" + mounts);
  }

  // One tick in which every rhythm is due.
  void read() {
    root_.next_attempt();
    disks_.refresh();
    groups_->refresh();
    for (const auto& reader : readers_) reader->read_slow(sample_);
    read_fast();
  }
  void read_fast() {
    for (const auto& reader : readers_) reader->read_rates(sample_);
    for (const auto& reader : readers_) reader->read_gauges(sample_);
  }

  double value(Field field) const { return sample_.value(field); }
  Reason reason(Field field) const { return sample_.reason(field); }
  std::string source(Field field) const {
    Sources sources;
    for (const auto& reader : readers_) reader->describe(sources);
    return sources.of(field);
  }
  linux_os::Root& root() { return root_; }
  const std::string& root_directory() const { return directory_; }
  std::shared_ptr<linux_os::ControlGroups> groups() { return groups_; }

 private:
  static std::string made() {
    char name[] = "/tmp/plimsoll-cgroup-XXXXXX";
    const char* directory = mkdtemp(name);
    if (directory == nullptr) std::abort();
    return directory;
  }

  std::string directory_;
  linux_os::Root root_;
  linux_os::WholeDisks disks_;
  std::shared_ptr<linux_os::ControlGroups> groups_;
  Readers readers_;  // after root_ and disks_, which they point to
  Sample sample_;
};

}  // namespace plimsoll::test
