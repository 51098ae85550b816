// Asks for the size of one file system on a thread of its own, because statfs() on a dead mount never returns.
// The asker belongs to the readers' thread; its helper thread is joined by nobody and owns what it needs.
// statfs(2), xnu bsd/sys/mount.h
#pragma once

#include "../../result.h"

#include <memory>
#include <string>

namespace plimsoll::darwin_os {

struct Space {
  double total_bytes = 0;
  double available_bytes = 0;  // to an ordinary user; what APFS could purge is not in it
};

// From the counts of a struct statfs; `unsupported` for a file system without a size (devfs).
inline Result<Space> space_from(uint64_t block_bytes, uint64_t blocks, uint64_t available_blocks) {
  if (blocks == 0) return Reason::unsupported;
  const double bytes = static_cast<double>(block_bytes);
  // An over-full file system has fewer than none left: the count is signed on some of them.
  const auto left = static_cast<int64_t>(available_blocks) > 0 ? available_blocks : 0;
  return Space{static_cast<double>(blocks) * bytes, static_cast<double>(left) * bytes};
}

class SpaceAsker {
 public:
  explicit SpaceAsker(std::string path);
  SpaceAsker(const SpaceAsker&) = delete;
  SpaceAsker& operator=(const SpaceAsker&) = delete;
  ~SpaceAsker();

  // The thread starts with the first question. False: it could not be started, or a question is open.
  bool ask();
  bool wait_until(double monotonic_seconds) const;  // true: no question is open
  bool open() const;                                // a question is
  double asked_at() const { return asked_at_; }     // monotonic seconds; 0: never

  Result<Space> answer() const;  // the last one; `warming_up` as long as there is none

 private:
  struct Shared;
  static void serve(void* context);

  std::shared_ptr<Shared> shared_;
  double asked_at_ = 0;
};

}  // namespace plimsoll::darwin_os
