// What a struct statfs counts, as bytes: statfs(2), xnu bsd/sys/mount.h. Any thread.
#pragma once

#include "../posix/space.h"

#include <cstdint>

namespace plimsoll::darwin_os {

using posix::Space;

// From the counts of a struct statfs; `unsupported` for a file system without a size (devfs).
inline Result<Space> space_from(uint64_t block_bytes, uint64_t blocks, uint64_t available_blocks) {
  if (blocks == 0) return Reason::unsupported;
  const double bytes = static_cast<double>(block_bytes);
  // An over-full file system has fewer than none left: the count is signed on some of them.
  const auto left = static_cast<int64_t>(available_blocks) > 0 ? available_blocks : 0;
  return Space{static_cast<double>(blocks) * bytes, static_cast<double>(left) * bytes};
}

}  // namespace plimsoll::darwin_os
