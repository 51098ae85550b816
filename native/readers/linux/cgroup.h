// Which control groups this process is in, and which directories show them: /proc/self/cgroup and /proc/self/mountinfo.
// Controllers are placed one by one, for on a hybrid system memory may be on v1 while cpu is on v2. Readers' thread.
// https://man7.org/linux/man-pages/man7/cgroups.7.html https://docs.kernel.org/admin-guide/cgroup-v2.html
#pragma once

#include "kept_file.h"
#include "mountinfo.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

// io is called blkio in v1; cpuacct is a controller in v1 only, in v2 every group counts its CPU time.
// The freezer is one in v1 only as well: every group of v2 can be frozen.
enum class Controller : uint8_t { memory, cpu, cpuacct, cpuset, pids, io, freezer };
inline constexpr size_t kControllerCount = 7;

// One line of /proc/self/cgroup: "4:cpu,cpuacct:/a/b", "1:name=systemd:/", "0::/a/b" (v2).
struct Membership {
  uint64_t hierarchy = 0;
  std::string controllers;
  std::string path;  // may hold ':', may begin with "/.." (outside the cgroup namespace), may end in " (deleted)"
};
bool parse_membership_line(std::string_view line, Membership& membership);

// Is `name` one of the words that commas (or, in cgroup.controllers, blanks) separate?
bool lists(std::string_view words, std::string_view name);

// The directory that shows the group `path` through this mount. False if the mount does not show it.
bool directory_of(std::string_view path, const Mount& mount, std::string& directory);

// Where one controller governs this process.
struct Placement {
  int version = 0;                  // 1 or 2; 0: nowhere
  Reason reason = Reason::unsupported;  // why nowhere
  bool own_visible = true;          // false: the own group is not to be seen, its mount's root stands in
  std::vector<std::string> levels;  // directories: the own group, its ancestors, the mount point

  bool known() const { return !levels.empty(); }

  // For doctor: "/sys/fs/cgroup/a/memory.max (cgroup v2, least of 3 levels)"; `choice` is the "least", if there is one.
  std::string source(std::string_view file, std::string_view choice = {}) const;
};

class ControlGroups {
 public:
  explicit ControlGroups(Root& root) : root_(&root), membership_(root, "/proc/self/cgroup") {}

  // Slow rhythm, before those who ask. Costs one small read while the process stays where it is.
  void refresh();

  // A file of the own group has gone: the next refresh() places everything anew.
  void look_again() { stale_ = true; }

  // Changes whenever something was placed anew.
  uint32_t generation() const { return generation_; }

  const Placement& of(Controller controller) const { return placements_[static_cast<size_t>(controller)]; }
  // The own group of the v2 hierarchy, whatever controllers it has: CPU time and pressure need none.
  const Placement& unified() const { return unified_; }

 private:
  void fail(Reason reason);
  Result<std::vector<Mount>> mounts();
  Placement place(const std::vector<Mount>& mounts, std::string_view v1_controller, std::string_view path);
  void place_all(std::string_view text, const std::vector<Mount>& mounts);
  bool has_controller(const std::string& level, size_t controller);
  Placement with_controller(size_t controller);
  void notice_controllers();

  Root* root_;
  KeptFile membership_;
  std::array<Placement, kControllerCount> placements_;
  Placement unified_;
  uint64_t text_identity_ = 0;
  uint32_t generation_ = 0;
  bool stale_ = true;
};

}  // namespace plimsoll::linux_os
