// See filesystem.h. A reading takes the last answer and asks for the next.
#include "filesystem.h"

#include "../clock.h"
#include "space.h"
#include "text.h"

#include <cmath>

namespace plimsoll::windows_os {
namespace {

constexpr double kFirstAnswerSeconds = 0.02;
constexpr double kGoneSeconds = 5;
constexpr double kListSeconds = 0.2;
constexpr size_t kDriveLetters = 26;

constexpr int kMostUnanswered = 3;

// Per drive, questions of all listings of this process that are open; with more, it hangs and is not asked again.
std::atomic<int> unanswered[kDriveLetters];

bool holds_files(UINT drive_type) {
  return drive_type == DRIVE_FIXED || drive_type == DRIVE_REMOVABLE || drive_type == DRIVE_REMOTE || drive_type == DRIVE_RAMDISK;
}

std::string device_of(const std::string& drive) {
  wchar_t target[MAX_PATH];
  return QueryDosDeviceW(to_wide(drive).c_str(), target, MAX_PATH) != 0 ? to_utf8(target) : std::string();
}

class FilesystemReader final : public Reader {
 public:
  explicit FilesystemReader(std::string watched_path) { watch(watched_path); }

  const char* noun() const override { return "filesystem"; }

  void watch(const std::string& path) override {
    watched_path_ = path;
    watched_ = path.empty() ? nullptr : std::make_unique<SpaceAsker>(path);
  }

  void read_slow(Sample& sample) override {
    if (watched_ == nullptr) return;
    if (watched_->asked_at() == 0) {
      if (!watched_->ask()) return put(sample, Reason::internal);
      watched_->wait_until(watched_->asked_at() + kFirstAnswerSeconds);
    }
    if (!watched_->open()) {
      last_ = watched_->space();
      watched_->ask();
    } else if (monotonic_seconds() - watched_->asked_at() > kGoneSeconds) {
      last_ = Reason::gone;
    }
    put(sample, last_);
  }

  void describe(Sources& sources) const override {
    if (watched_ == nullptr) return;
    sources.add(Field::filesystem_total_bytes, "GetDiskFreeSpaceExW " + watched_path_);
    sources.add(Field::filesystem_available_bytes, "GetDiskFreeSpaceExW " + watched_path_);
  }

  void list(Details& details) override {
    std::vector<std::pair<std::string, std::unique_ptr<SpaceAsker>>> drives;
    const DWORD letters = GetLogicalDrives();
    for (size_t i = 0; i < kDriveLetters; ++i) {
      const std::string path{static_cast<char>('A' + i), ':', '\\'};
      if ((letters >> i & 1) == 0 || !holds_files(GetDriveTypeW(to_wide(path).c_str()))) continue;
      auto asker = std::make_unique<SpaceAsker>(path, &unanswered[i]);
      if (unanswered[i] < kMostUnanswered) asker->ask();
      drives.emplace_back(path, std::move(asker));
    }
    const double deadline = monotonic_seconds() + kListSeconds;
    for (const auto& [path, asker] : drives) {
      const bool answered = asker->wait_until(deadline) && asker->asked_at() != 0;
      const Result<Space> space = answered ? asker->space() : Result<Space>(Reason::gone);
      DetailRow row;
      row.texts = {{"path", path}, {"type", answered ? asker->type() : std::string()}, {"device", device_of(path.substr(0, 2))}};
      row.numbers = {{"totalBytes", space ? space->total_bytes : std::nan("")},
                     {"availableBytes", space ? space->available_bytes : std::nan("")}};
      details.mounts.push_back(std::move(row));
    }
  }

 private:
  static void put(Sample& sample, const Result<Space>& space) {
    sample.put(Field::filesystem_total_bytes, space ? Result<double>(space->total_bytes) : Result<double>(space.reason));
    sample.put(Field::filesystem_available_bytes, space ? Result<double>(space->available_bytes) : Result<double>(space.reason));
  }

  std::string watched_path_;
  std::unique_ptr<SpaceAsker> watched_;
  Result<Space> last_ = Reason::warming_up;
};

}  // namespace

std::unique_ptr<Reader> filesystem_reader(std::string watched_path) {
  return std::make_unique<FilesystemReader>(std::move(watched_path));
}

}  // namespace plimsoll::windows_os
