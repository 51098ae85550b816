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
  explicit Root(const SourceOptions& options) : prefix_(options.root), accessed_(options.accessed), scratch_(16384) {}

  // Below a recorded root, nothing is asked of the live system: no system call that is not about these files.
  bool live() const { return prefix_.empty(); }

  std::string path(std::string_view absolute) const { return prefix_ + std::string(absolute); }

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
  std::vector<std::string>* accessed_;
  std::vector<char> scratch_;
  uint32_t attempt_ = 0;
};

}  // namespace plimsoll::linux_os
