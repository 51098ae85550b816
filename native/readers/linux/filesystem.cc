// See filesystem.h. Trap: statvfs() on a dead NFS or FUSE mount never returns, and its thread cannot be stopped. So a
// reading takes the last answer and asks for the next, and the listing does not ask again where a helper still hangs.
#include "filesystem.h"

#include "../clock.h"
#include "../posix/space.h"
#include "kept_file.h"
#include "mountinfo.h"
#include "scanner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace plimsoll::linux_os {
namespace {

using posix::Space;
using posix::SpaceAsker;

constexpr double kFirstAnswerSeconds = 0.02;  // a healthy file system answers in microseconds
constexpr double kGoneSeconds = 5;
constexpr double kAskSeconds = 0.9;  // waking the helper costs more than half a sample; a file system fills up no faster
constexpr double kListSeconds = 0.2;
constexpr size_t kMostHanging = 8;  // helpers of earlier listings; with more, sizes are not asked for

constexpr auto kKernelTypes = std::to_array<std::string_view>(
    {"autofs",  "binfmt_misc", "bpf",    "cgroup", "cgroup2", "configfs", "debugfs",  "devpts",     "efivarfs",   "fusectl",
     "hugetlbfs", "mqueue",    "nsfs",   "proc",   "pstore",  "resctrl",  "rpc_pipefs", "securityfs", "selinuxfs", "sysfs",
     "tracefs"});

static_assert(std::is_sorted(kKernelTypes.begin(), kKernelTypes.end()));  // it is searched by halves

class FilesystemReader final : public Reader {
 public:
  FilesystemReader(Root& root, std::string watched_path)
      : live_(root.live()), watched_path_(std::move(watched_path)), mountinfo_(root, "/proc/self/mountinfo", Shape::paged) {
    if (live_ && !watched_path_.empty()) watched_ = SpaceAsker({watched_path_});
  }

  const char* noun() const override { return "filesystem"; }

  void read_slow(Sample& sample) override {
    if (!live_ || watched_path_.empty()) return;
    if (watched_.asked_at() == 0) {
      if (!watched_.ask()) return put(sample, Reason::internal);
      watched_.wait_until(watched_.asked_at() + kFirstAnswerSeconds);
    }
    if (watched_.open()) {
      const bool gone = monotonic_seconds() - watched_.asked_at() > kGoneSeconds;
      return put(sample, gone ? Reason::gone : watched_.answer(0));
    }
    put(sample, watched_.answer(0));
    if (monotonic_seconds() - watched_.asked_at() >= kAskSeconds) watched_.ask();
  }

  void watch(const std::string& path) override {
    watched_path_ = path;
    if (live_) watched_ = SpaceAsker({watched_path_});
  }

  void describe(Sources& sources) const override {
    if (!live_ || watched_path_.empty()) return;
    sources.add(Field::filesystem_total_bytes, "statvfs " + watched_path_);
    sources.add(Field::filesystem_available_bytes, "statvfs " + watched_path_);
  }

  void list(Details& details) override {
    const auto text = mountinfo_.read();
    if (!text) return;
    const auto mounts = visible_mounts(*text);
    const auto spaces = spaces_of(mounts);
    for (size_t i = 0; i < mounts.size(); ++i) {
      DetailRow row;
      row.texts = {{"path", mounts[i].mount_point}, {"type", mounts[i].type}, {"device", mounts[i].source}};
      row.numbers = {{"totalBytes", spaces[i] ? spaces[i]->total_bytes : std::nan("")},
                     {"availableBytes", spaces[i] ? spaces[i]->available_bytes : std::nan("")}};
      details.mounts.push_back(std::move(row));
    }
  }

 private:
  static void put(Sample& sample, const Result<Space>& space) {
    sample.put(Field::filesystem_total_bytes, space ? Result<double>(space->total_bytes) : Result<double>(space.reason));
    sample.put(Field::filesystem_available_bytes, space ? Result<double>(space->available_bytes) : Result<double>(space.reason));
  }

  // What is mounted over cannot be reached by its path: the last mount on a path is the one that is seen there.
  static std::vector<Mount> visible_mounts(std::string_view text) {
    std::vector<Mount> mounts;
    std::unordered_map<std::string, size_t> places;
    Scanner lines(text);
    std::string_view line;
    Mount mount;
    while (lines.line(line)) {
      if (!parse_mountinfo_line(line, mount)) continue;
      const auto [place, fresh] = places.try_emplace(mount.mount_point, mounts.size());
      if (fresh) {
        mounts.push_back(mount);
      } else {
        mounts[place->second] = mount;
      }
    }
    std::erase_if(mounts, [](const Mount& one) { return !is_real_file_system(one.type); });
    return mounts;
  }

  std::vector<Result<Space>> spaces_of(const std::vector<Mount>& mounts) {
    std::vector<Result<Space>> spaces(mounts.size(), Result<Space>(Reason::unsupported));
    std::erase_if(hanging_, [](const SpaceAsker& asker) { return !asker.open(); });
    if (!live_ || hanging_.size() >= kMostHanging) return spaces;
    std::vector<std::string> paths;
    std::vector<size_t> places;
    for (size_t i = 0; i < mounts.size(); ++i) {
      if (hangs(mounts[i].mount_point)) continue;
      paths.push_back(mounts[i].mount_point);
      places.push_back(i);
    }
    SpaceAsker asker(std::move(paths));
    if (!asker.ask()) return spaces;
    const bool finished = asker.wait_until(asker.asked_at() + kListSeconds);
    for (size_t i = 0; i < places.size(); ++i) spaces[places[i]] = asker.answer(i);
    if (!finished) hanging_.push_back(std::move(asker));
    return spaces;
  }

  bool hangs(const std::string& path) const {
    return std::any_of(hanging_.begin(), hanging_.end(), [&path](const SpaceAsker& asker) { return asker.path_waited_for() == path; });
  }

  bool live_;
  std::string watched_path_;
  KeptFile mountinfo_;
  SpaceAsker watched_;
  std::vector<SpaceAsker> hanging_;  // of earlier listings, not answered yet
};

}  // namespace

bool is_real_file_system(std::string_view type) { return !std::binary_search(kKernelTypes.begin(), kKernelTypes.end(), type); }

std::unique_ptr<Reader> filesystem_reader(Root& root, std::string watched_path) {
  return std::make_unique<FilesystemReader>(root, std::move(watched_path));
}

}  // namespace plimsoll::linux_os
