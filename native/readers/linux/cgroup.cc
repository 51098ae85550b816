// See cgroup.h. A v1 hierarchy is told by its super options, never by its directory's name: "cpu,cpuacct", "cpuacct,cpu"
// and any mount point are in use. A removed group's " (deleted)" needs no care: no directory has that name.
#include "cgroup.h"

#include "../../accumulator.h"
#include "scanner.h"

#include <algorithm>

namespace plimsoll::linux_os {
namespace {

struct ControllerNames {
  std::string_view v1;
  std::string_view v2;
  std::string_view v2_file;  // a group has it where the controller is on
};
constexpr ControllerNames kNames[kControllerCount] = {
    {"memory", "memory", "memory.current"}, {"cpu", "cpu", "cpu.max"},    {"cpuacct", "", ""},
    {"cpuset", "cpuset", "cpuset.cpus.effective"}, {"pids", "pids", "pids.current"}, {"blkio", "io", "io.stat"},
    {"freezer", "", ""},
};

bool climbs(std::string_view path) {
  for (size_t at = path.find("/.."); at != std::string_view::npos; at = path.find("/..", at + 1)) {
    if (at + 3 == path.size() || path[at + 3] == '/') return true;
  }
  return false;
}

// The own directory, its ancestors, the mount point.
std::vector<std::string> levels_of(std::string directory, const std::string& mount_point) {
  std::vector<std::string> levels;
  while (directory.size() > mount_point.size()) {
    levels.push_back(directory);
    directory.resize(directory.rfind('/'));
  }
  levels.push_back(mount_point);
  return levels;
}

bool carries(const Mount& mount, std::string_view v1_controller) {
  if (v1_controller.empty()) return mount.type == "cgroup2";
  return mount.type == "cgroup" && lists(mount.super_options, v1_controller);
}

}  // namespace

bool lists(std::string_view words, std::string_view name) {
  while (!words.empty()) {
    const size_t end = words.find_first_of(", \n");
    if (words.substr(0, end) == name) return true;
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return false;
}

bool parse_membership_line(std::string_view line, Membership& membership) {
  const size_t first = line.find(':');
  if (first == std::string_view::npos) return false;
  const size_t second = line.find(':', first + 1);
  if (second == std::string_view::npos) return false;
  if (!whole_number(line.substr(0, first), membership.hierarchy)) return false;
  membership.controllers = line.substr(first + 1, second - first - 1);
  membership.path = line.substr(second + 1);
  return membership.path.starts_with('/') && (membership.hierarchy == 0) == membership.controllers.empty();
}

bool directory_of(std::string_view path, const Mount& mount, std::string& directory) {
  const std::string_view root = mount.root == "/" ? std::string_view() : std::string_view(mount.root);
  if (!path.starts_with(root)) return false;
  std::string_view below = path.substr(root.size());
  if (!below.empty() && below.front() != '/') return false;
  while (below.ends_with('/')) below.remove_suffix(1);
  if (climbs(below)) return false;
  directory = mount.mount_point;
  directory += below;
  return true;
}

std::string Placement::source(std::string_view file, std::string_view choice) const {
  if (!known()) return "no control group found";
  std::string text = levels.front() + '/' + std::string(file) + " (cgroup v" + std::to_string(version);
  if (!choice.empty()) {
    text += ", " + std::string(choice) + " of " + std::to_string(levels.size()) + (levels.size() == 1 ? " level" : " levels");
  }
  if (!own_visible) text += ", own group not visible";
  return text + ')';
}

void ControlGroups::fail(Reason reason) {
  if (generation_ != 0 && unified_.reason == reason) return;
  for (auto& placement : placements_) placement.reason = reason;
  unified_.reason = reason;
  ++generation_;
}

void ControlGroups::refresh() {
  const auto text = membership_.read();
  if (!text) {
    if (text_identity_ == 0) fail(text.reason);  // once placed, the last placement is the best that is known
    return;
  }
  const uint64_t text_identity = identity(text->data(), text->size());
  if (!stale_ && text_identity == text_identity_) return notice_controllers();
  const std::string kept(*text);
  const auto found = mounts();
  if (!found) {
    if (text_identity_ == 0) fail(found.reason);
    return;
  }
  place_all(kept, *found);
  text_identity_ = text_identity;
  stale_ = false;
  ++generation_;
}

Result<std::vector<Mount>> ControlGroups::mounts() {
  KeptFile file(*root_, "/proc/self/mountinfo", Shape::paged);
  const auto text = file.read();
  if (!text) return text.reason;
  std::vector<Mount> found;
  Scanner lines(*text);
  std::string_view line;
  Mount mount;
  while (lines.line(line)) {
    if (!parse_mountinfo_line(line, mount)) continue;
    if (mount.type != "cgroup" && mount.type != "cgroup2") continue;
    while (mount.mount_point.ends_with('/')) mount.mount_point.pop_back();
    found.push_back(mount);
  }
  return found;
}

// Of several mounts of one hierarchy, the one that shows the own group and the most ancestors: the shortest root.
Placement ControlGroups::place(const std::vector<Mount>& mounts, std::string_view v1_controller, std::string_view path) {
  const Mount* best = nullptr;
  const Mount* any = nullptr;
  std::string directory, best_directory;
  for (const Mount& mount : mounts) {
    if (!carries(mount, v1_controller)) continue;
    if (any == nullptr) any = &mount;
    if (best != nullptr && mount.root.size() >= best->root.size()) continue;
    if (!directory_of(path, mount, directory) || !exists(*root_, directory)) continue;
    best = &mount;
    best_directory = directory;
  }
  Placement placement;
  if (any == nullptr) return placement;
  if (best == nullptr && climbs(path)) {
    placement.reason = Reason::denied;  // outside the cgroup namespace: what the mount shows is another group's
    return placement;
  }
  placement.version = v1_controller.empty() ? 2 : 1;
  placement.reason = Reason::known;
  placement.own_visible = best != nullptr;
  placement.levels = best != nullptr ? levels_of(best_directory, best->mount_point) : std::vector{any->mount_point};
  return placement;
}

void ControlGroups::place_all(std::string_view text, const std::vector<Mount>& mounts) {
  placements_.fill(Placement{});
  unified_ = Placement{};
  Scanner lines(text);
  std::string_view line;
  Membership membership;
  while (lines.line(line)) {
    if (!parse_membership_line(line, membership)) continue;
    if (membership.hierarchy == 0) unified_ = place(mounts, "", membership.path);
    for (size_t i = 0; i < kControllerCount; ++i) {
      if (lists(membership.controllers, kNames[i].v1)) placements_[i] = place(mounts, kNames[i].v1, membership.path);
    }
  }
  for (size_t i = 0; i < kControllerCount; ++i) {
    if (!placements_[i].known()) placements_[i] = with_controller(i);
  }
}

bool ControlGroups::has_controller(const std::string& level, size_t controller) {
  if (exists(*root_, level + '/' + std::string(kNames[controller].v2_file))) return true;
  KeptFile controllers(*root_, level + "/cgroup.controllers");
  controllers.allow_empty();
  const auto text = controllers.read();
  return text && lists(*text, kNames[controller].v2);
}

// A group without the controller is governed by its nearest ancestor that has it.
Placement ControlGroups::with_controller(size_t controller) {
  Placement placement = unified_;
  if (!placement.known() || kNames[controller].v2.empty()) return placement;
  const auto has = [&](const std::string& level) { return has_controller(level, controller); };
  const auto first = std::find_if(placement.levels.begin(), placement.levels.end(), has);
  if (first == placement.levels.end()) return Placement{};
  placement.levels.erase(placement.levels.begin(), first);
  return placement;
}

// A controller may be switched on for a nearer group while the process stays where it is.
void ControlGroups::notice_controllers() {
  for (size_t i = 0; i < kControllerCount; ++i) {
    if (placements_[i].version == 1 || kNames[i].v2.empty()) continue;
    const size_t without = unified_.levels.size() - placements_[i].levels.size();
    for (size_t level = 0; level < without; ++level) {
      if (!has_controller(unified_.levels[level], i)) continue;
      placements_[i] = with_controller(i);
      ++generation_;
      break;
    }
  }
}

}  // namespace plimsoll::linux_os
