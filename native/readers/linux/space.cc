// The size of a file system, on the helper thread of ../posix/space.h.
// https://man7.org/linux/man-pages/man3/statvfs.3.html
#include "../posix/space.h"

#include "kept_file.h"

#include <cerrno>
#include <sys/statvfs.h>

namespace plimsoll::posix {

Result<Space> space_of(const std::string& path) {
  struct statvfs status;
  if (statvfs(path.c_str(), &status) != 0) return linux_os::reason_of(errno);
  if (status.f_blocks == 0) return Reason::unsupported;
  const auto block_bytes = static_cast<double>(status.f_frsize);
  return Space{static_cast<double>(status.f_blocks) * block_bytes, static_cast<double>(status.f_bavail) * block_bytes};
}

}  // namespace plimsoll::posix
