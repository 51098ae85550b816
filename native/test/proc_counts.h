// How many threads and descriptors this process has, and when that has come to rest. Test thread.
#pragma once

#include <cstddef>
#include <dirent.h>
#include <unistd.h>

namespace plimsoll::test {

inline size_t count_in(const char* folder) {
  size_t count = 0;
  DIR* directory = opendir(folder);
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

// Closing takes the thread a while.
inline bool settles(const char* folder, size_t expected) {
  for (int i = 0; i < 3000 && count_in(folder) != expected; ++i) usleep(1000);
  return count_in(folder) == expected;
}

// Threads that earlier tests have left to themselves are gone when nothing has changed for a while: an emulator takes longer.
inline size_t threads_at_rest() {
  size_t count = count_in("/proc/self/task");
  for (int unchanged = 0; unchanged < 50; ++unchanged) {
    usleep(1000);
    const size_t now = count_in("/proc/self/task");
    if (now != count) unchanged = 0;
    count = now;
  }
  return count;
}

}  // namespace plimsoll::test
