// Asks for the size of file systems on a thread of its own, because the call never returns on a dead mount. For the systems with
// POSIX threads. The asker belongs to the readers' thread; its helper thread is joined by nobody and owns what it needs.
#pragma once

#include "../../result.h"

#include <memory>
#include <string>
#include <vector>

namespace plimsoll::posix {

struct Space {
  double total_bytes = 0;
  double available_bytes = 0;  // to an ordinary user: without what is kept for root, or what could be purged
};

// Each readers/<os>/space.cc defines it; `unsupported` for a file system without a size (/proc, devfs). May never return.
Result<Space> space_of(const std::string& path);

class SpaceAsker {
 public:
  SpaceAsker() = default;
  explicit SpaceAsker(std::vector<std::string> paths);
  SpaceAsker(SpaceAsker&&) noexcept = default;
  SpaceAsker& operator=(SpaceAsker&& other) noexcept;
  ~SpaceAsker() { dismiss(); }

  // Asks for all paths; the thread starts with the first question. False: it could not be started, or a question is open.
  bool ask();
  bool wait_until(double monotonic_seconds) const;  // true: no question is open
  bool open() const;                                // a question is
  double asked_at() const { return asked_at_; }     // monotonic seconds; 0: never

  // The last answer for each path; `warming_up` as long as there is none.
  Result<Space> answer(size_t path) const;
  std::string path_waited_for() const;  // the one that an open question hangs on; empty if none is open

 private:
  struct Shared;
  static void serve(void* context);
  void dismiss();

  std::shared_ptr<Shared> shared_;
  double asked_at_ = 0;
};

}  // namespace plimsoll::posix
