// See filesystem.h. Trap: statfs() on a dead network mount never returns, so a reading takes the last answer and asks for
// the next. getfsstat(MNT_NOWAIT) hands out what the kernel last knew of each mount and does not wait, but may be old: it
// serves the list alone.
#include "filesystem.h"

#include "../clock.h"
#include "space.h"

#include <cmath>
#include <sys/mount.h>
#include <sys/param.h>

namespace plimsoll::darwin_os {
namespace {

using posix::SpaceAsker;

constexpr double kFirstAnswerSeconds = 0.02;  // a healthy file system answers in microseconds
constexpr double kGoneSeconds = 5;
constexpr size_t kRoomForNewMounts = 8;

class FilesystemReader final : public Reader {
 public:
  explicit FilesystemReader(std::string watched_path) { watch(watched_path); }

  const char* noun() const override { return "filesystem"; }

  void watch(const std::string& path) override {
    watched_path_ = path;
    watched_ = path.empty() ? nullptr : std::make_unique<SpaceAsker>(std::vector{path});
  }

  void read_slow(Sample& sample) override {
    if (watched_ == nullptr) return put(sample, Reason::unsupported);
    if (watched_->asked_at() == 0) {
      if (!watched_->ask()) return put(sample, Reason::internal);
      watched_->wait_until(watched_->asked_at() + kFirstAnswerSeconds);
    }
    if (watched_->open()) {
      const bool gone = monotonic_seconds() - watched_->asked_at() > kGoneSeconds;
      return put(sample, gone ? Reason::gone : watched_->answer(0));
    }
    put(sample, watched_->answer(0));
    watched_->ask();
  }

  void describe(Sources& sources) const override {
    if (watched_ == nullptr) return;
    sources.add(Field::filesystem_total_bytes, "statfs " + watched_path_);
    sources.add(Field::filesystem_available_bytes, "statfs " + watched_path_);
  }

  void list(Details& details) override {
    for (const auto& mount : mounts()) {
      if (!is_real_file_system(mount.f_fstypename)) continue;
      const auto space = space_from(mount.f_bsize, mount.f_blocks, mount.f_bavail);
      DetailRow row;
      row.texts = {{"path", mount.f_mntonname}, {"type", mount.f_fstypename}, {"device", mount.f_mntfromname}};
      row.numbers = {{"totalBytes", space ? space->total_bytes : std::nan("")},
                     {"availableBytes", space ? space->available_bytes : std::nan("")}};
      details.mounts.push_back(std::move(row));
    }
  }

 private:
  using Mount = struct statfs;  // there is a function of that name

  static void put(Sample& sample, const Result<Space>& space) {
    sample.put(Field::filesystem_total_bytes, space ? Result<double>(space->total_bytes) : Result<double>(space.reason));
    sample.put(Field::filesystem_available_bytes, space ? Result<double>(space->available_bytes) : Result<double>(space.reason));
  }

  static std::vector<Mount> mounts() {
    const int count = getfsstat(nullptr, 0, MNT_NOWAIT);
    std::vector<Mount> all(static_cast<size_t>(count > 0 ? count : 0) + kRoomForNewMounts);
    const int found = getfsstat(all.data(), static_cast<int>(all.size() * sizeof(Mount)), MNT_NOWAIT);
    all.resize(static_cast<size_t>(found > 0 ? found : 0));
    return all;
  }

  std::string watched_path_;
  std::unique_ptr<SpaceAsker> watched_;
};

}  // namespace

std::unique_ptr<Reader> filesystem_reader(std::string watched_path) { return std::make_unique<FilesystemReader>(std::move(watched_path)); }

}  // namespace plimsoll::darwin_os
