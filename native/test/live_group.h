// Control groups of this machine's own kernel for tests: made below this process's own v1 groups, removed at the end.
// A forked child is put into them and reads them through the readers.
#pragma once

#include "../readers/linux/container.h"
#include "../readers/linux/cgroup.h"
#include "check.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace plimsoll::test {

inline bool put(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) close(file);
  return written;
}

inline std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

inline void remove_group(const std::string& directory) {
  // A group stays busy for a moment after its last process was reaped.
  for (int attempt = 0; attempt < 200 && rmdir(directory.c_str()) != 0 && errno == EBUSY; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// <own group>/plimsoll-test-<pid> and /leaf below it, in one hierarchy. Removed at the end.
class TestGroup {
 public:
  TestGroup(linux_os::ControlGroups& groups, linux_os::Controller controller) {
    const linux_os::Placement& own = groups.of(controller);
    if (own.version != 1 || !own.own_visible) return;
    directory_ = own.levels.front() + "/plimsoll-test-" + std::to_string(getpid());
    made_ = mkdir(directory_.c_str(), 0755) == 0 && mkdir(leaf().c_str(), 0755) == 0;
  }
  TestGroup(const TestGroup&) = delete;
  TestGroup& operator=(const TestGroup&) = delete;
  ~TestGroup() {
    if (directory_.empty()) return;
    remove_group(leaf());
    remove_group(directory_);
  }

  bool made() const { return made_; }
  const std::string& directory() const { return directory_; }
  std::string leaf() const { return directory_ + "/leaf"; }

 private:
  std::string directory_;
  bool made_ = false;
};

// The readers of this process, all rhythms at once or the fast ones alone.
class Live {
 public:
  Live()
      : root_(options_),
        disks_(root_),
        groups_(std::make_shared<linux_os::ControlGroups>(root_)),
        readers_(linux_os::container_readers(root_, disks_, groups_)) {}
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
  linux_os::Root& root() { return root_; }
  std::shared_ptr<linux_os::ControlGroups> groups() { return groups_; }

 private:
  SourceOptions options_;
  linux_os::Root root_;
  linux_os::WholeDisks disks_;
  std::shared_ptr<linux_os::ControlGroups> groups_;
  Readers readers_;
  Sample sample_;
};

// Runs `body` in a child; its failed checks are the child's exit code.
template <typename Body>
pid_t start_child(Body body) {
  std::cout.flush();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  failures() = 0;
  body();
  std::cerr.flush();
  _exit(failures() == 0 ? 0 : 1);
}

inline int end_of(pid_t child) {
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return status;
}

template <typename Body>
void in_child(Body body) {
  CHECK_EQ(end_of(start_child(body)), 0);
}

}  // namespace plimsoll::test
