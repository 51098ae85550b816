// The file system that readers look at: the live one, or a directory that holds a recorded machine.
// One thread, as readers.
#pragma once

#include "../reader.h"

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

class Root {
 public:
  explicit Root(const SourceOptions& options);
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root();

  // Below a recorded root, nothing is asked of the live system: no system call that is not about these files.
  bool live() const { return prefix_.empty(); }

  // Opens a path of the machine that is looked at. Below a recorded root, no link and no ".." leads out of it
  // (openat2(2), since Linux 5.6; before, such paths are refused). -1: see errno.
  int open(const std::string& absolute, int flags) const;

  // Room for one file's text; grows when a file needs more, and is then kept.
  std::vector<char>& scratch() { return scratch_; }

  // What could not be opened is tried again when this number has changed: once per slow reading, not at every tick.
  uint32_t attempt() const { return attempt_; }
  void next_attempt() { ++attempt_; }

  // Notes for a recording: a file's path; a directory that was listed ends in '/'; a path that was only looked for
  // (does it exist?) starts with '?'. Paths are as on the machine, without the prefix.
  void note(std::string_view absolute, const char* mark_before = "", const char* mark_after = "") {
    if (accessed_ != nullptr) accessed_->push_back(mark_before + std::string(absolute) + mark_after);
  }

 private:
  std::string prefix_;
  int directory_ = -1;  // of the recorded root
  std::vector<std::string>* accessed_;
  std::vector<char> scratch_;
  uint32_t attempt_ = 0;
};

}  // namespace plimsoll::linux_os
