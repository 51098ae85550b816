// Lines of /proc/self/mountinfo. Pure functions: any thread.
// https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html (since Linux 2.6.26)
#pragma once

#include <string>
#include <string_view>

namespace plimsoll::linux_os {

struct Mount {
  std::string root;           // what part of the file system is mounted; for a cgroup, which group
  std::string mount_point;    // relative to the reading process's root
  std::string type;           // "ext4", "cgroup2", "fuse.sshfs"
  std::string source;         // a device, or any text; may be empty
  std::string options;        // of this mount
  std::string super_options;  // of the file system; for cgroup v1, its controllers
};

// One line; octal escapes (\040 for a blank) are undone. False if the line is not of the documented form: then what
// `mount` holds means nothing. Uses the strings' room again, so a loop with one Mount hardly allocates.
bool parse_mountinfo_line(std::string_view line, Mount& mount);

}  // namespace plimsoll::linux_os
