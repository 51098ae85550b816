// The size of a file system, on the helper thread of ../posix/space.h.
// Trap: statvfs() has 32-bit block counts on macOS and is wrong from 16 TiB on; statfs() has 64.
#include "space.h"

#include "sysctl.h"

#include <cerrno>
#include <sys/mount.h>
#include <sys/param.h>

namespace plimsoll::posix {

Result<Space> space_of(const std::string& path) {
  struct statfs status;
  if (statfs(path.c_str(), &status) != 0) return darwin_os::reason_of(errno);
  return darwin_os::space_from(status.f_bsize, status.f_blocks, status.f_bavail);
}

}  // namespace plimsoll::posix
