// See root.h.
#include "root.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace plimsoll::linux_os {
namespace {

// openat2(2) has no wrapper in the C libraries that this is built with, and older headers lack its numbers.
constexpr long kOpenat2 = 437;
constexpr uint64_t kResolveInRoot = 0x10;
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

bool climbs(const std::string& path) { return path.find("/../") != std::string::npos || path.ends_with("/.."); }

}  // namespace

Root::Root(const SourceOptions& options) : prefix_(options.root), accessed_(options.accessed), scratch_(16384) {
  if (!live()) directory_ = ::open(prefix_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

Root::~Root() {
  if (directory_ >= 0) close(directory_);
}

int Root::open(const std::string& absolute, int flags) const {
  if (live()) return ::open(absolute.c_str(), flags);
  OpenHow how{static_cast<uint64_t>(flags), 0, kResolveInRoot};
  const long descriptor = syscall(kOpenat2, directory_, absolute.c_str(), &how, sizeof how);
  if (descriptor >= 0 || errno != ENOSYS) return static_cast<int>(descriptor);
  if (climbs(absolute)) {
    errno = EACCES;
    return -1;
  }
  // Older kernels, emulators: a link at the path's end is not followed; one in its middle is trusted to be relative.
  return ::open((prefix_ + absolute).c_str(), flags | O_NOFOLLOW);
}

}  // namespace plimsoll::linux_os
