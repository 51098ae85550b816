// What the children of this process that have ended used in all. Any thread.
// https://man7.org/linux/man-pages/man2/getrusage.2.html
#pragma once

#include "../confinement.h"

#include <sys/resource.h>

namespace plimsoll::posix {

// Their largest resident size is not read: it counts the copy of this process that a child is before its program.
inline bool read_children_usage(ChildrenUsage& usage) {
  struct rusage found {};
  if (getrusage(RUSAGE_CHILDREN, &found) != 0) return false;
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  usage.user_seconds = seconds(found.ru_utime);
  usage.system_seconds = seconds(found.ru_stime);
  return true;
}

}  // namespace plimsoll::posix
