// A machine made of files in a temporary directory, for readers of a recorded root. Test thread.
#pragma once

#include "../readers/linux/root.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace plimsoll::test {

class RecordedTree {
 public:
  RecordedTree() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    options_.root = pattern;
  }
  RecordedTree(const RecordedTree&) = delete;
  RecordedTree& operator=(const RecordedTree&) = delete;
  ~RecordedTree() { std::filesystem::remove_all(options_.root); }

  void file(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(options_.root + path).parent_path());
    std::ofstream(options_.root + path, std::ios::trunc) << text;  // the same inode, so a kept descriptor sees the new text
  }
  void folder(const std::string& path) const { std::filesystem::create_directories(options_.root + path); }
  void link(const std::string& path, const std::string& target) const {
    std::filesystem::create_directories(std::filesystem::path(options_.root + path).parent_path());
    std::filesystem::create_symlink(target, options_.root + path);
  }
  void remove(const std::string& path) const { std::filesystem::remove_all(options_.root + path); }

  const SourceOptions& options() const { return options_; }

 private:
  SourceOptions options_;
};

}  // namespace plimsoll::test
