// A file that is opened once and read again and again from its start (pread): half the cost of opening it each time.
// Which files may be kept, and which are bound to the process that opened them: docs/architecture.md.
#pragma once

#include "../../result.h"
#include "root.h"

#include <span>
#include <string>
#include <string_view>

namespace plimsoll::linux_os {

// errno, as a reason.
Reason reason_of(int error_number);

// How the kernel hands out a file. paged: a page or so per read whatever the buffer, so read on until the end
// (diskstats, net/dev, mountinfo). whole: all in one read. sysctl: the kernel zeroes a buffer of the size that is asked
// for, so ask for little.
enum class Shape { whole, paged, sysctl };

class KeptFile {
 public:
  KeptFile(Root& root, std::string absolute, Shape shape = Shape::whole)
      : root_(&root), absolute_(std::move(absolute)), shape_(shape) {}
  KeptFile(KeptFile&& other) noexcept;
  KeptFile& operator=(KeptFile&& other) noexcept;
  ~KeptFile() { close(); }

  // The text, valid until the next read of any file of this root. An empty file is `malformed`, unless it may be empty.
  Result<std::string_view> read();
  void allow_empty() { may_be_empty_ = true; }

  const std::string& absolute() const { return absolute_; }

 private:
  Result<std::string_view> read_all();
  bool open();
  void close();

  Root* root_;
  std::string absolute_;
  Shape shape_;
  int descriptor_ = -1;
  Reason failure_ = Reason::known;  // why the last open failed, until the next attempt
  uint32_t failed_attempt_ = 0;
  uint32_t pause_ = 0;  // attempts that a file which is not there is left alone: more each time
  bool may_be_empty_ = false;
};

// A directory that is kept open and listed or measured again and again.
class KeptDirectory {
 public:
  KeptDirectory(Root& root, std::string absolute) : root_(&root), absolute_(std::move(absolute)) {}
  KeptDirectory(const KeptDirectory&) = delete;
  KeptDirectory& operator=(const KeptDirectory&) = delete;
  ~KeptDirectory();

  struct Measure {
    int64_t size;   // /proc/self/fd: the number of open descriptors since Linux 6.2, 0 before
    uint64_t links; // /proc/self/task: threads + 2
  };
  Result<Measure> measure();

  // Calls `entry(name)` for each entry but "." and ".."; the number of entries, or why it could not be listed.
  template <typename Entry>
  Result<size_t> list(Entry entry) {
    Listing listing(*this);
    size_t count = 0;
    for (const char* name = listing.next(); name != nullptr; name = listing.next()) {
      entry(std::string_view(name));
      ++count;
    }
    if (listing.reason != Reason::known) return listing.reason;
    return count;
  }

  int descriptor();  // -1 if it cannot be opened
  const std::string& absolute() const { return absolute_; }

 private:
  // Reads directory entries into its own buffer, so that files may be read in between.
  struct Listing {
    explicit Listing(KeptDirectory& directory);
    const char* next();
    Reason reason = Reason::known;

   private:
    KeptDirectory& directory_;
    size_t position_ = 0;
    size_t length_ = 0;
    alignas(8) char buffer_[4096];
  };

  void close();

  Root* root_;
  std::string absolute_;
  int descriptor_ = -1;
  Reason failure_ = Reason::known;
  uint32_t failed_attempt_ = 0;
};

// Does the path exist? Follows symbolic links, for /sys/class/net/<if>/device is one.
bool exists(Root& root, const std::string& absolute);

}  // namespace plimsoll::linux_os
