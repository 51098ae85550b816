// See space.h.
#include "space.h"

#include "text.h"

namespace plimsoll::windows_os {
namespace {

constexpr DWORD kPathUnits = 1024;

// The folder under which the volume is mounted: the path may be a file, which has no space of its own.
std::wstring mount_point_of(const std::wstring& path) {
  wchar_t volume[kPathUnits];
  return GetVolumePathNameW(path.c_str(), volume, kPathUnits) != 0 ? volume : path;
}

Result<Space> space_of(const std::wstring& folder) {
  ULARGE_INTEGER available{}, total{}, free{};
  if (GetDiskFreeSpaceExW(folder.c_str(), &available, &total, &free) == 0) return reason_of_error(GetLastError());
  return Space{static_cast<double>(total.QuadPart), static_cast<double>(available.QuadPart)};
}

std::string type_of(const std::wstring& folder) {
  wchar_t type[MAX_PATH + 1];
  const bool known = GetVolumeInformationW(folder.c_str(), nullptr, 0, nullptr, nullptr, nullptr, type, MAX_PATH + 1) != 0;
  return known ? to_utf8(type) : std::string();
}

}  // namespace

struct SpaceAsker::Question final : SideThread::Task {
  Question(const std::string& text, std::atomic<int>* counter) : path(to_wide(text)), unanswered(counter) {}

  void answer() override {
    // An error box of the system ("no disk in drive") would wait for somebody to click it away.
    DWORD before = 0;
    SetThreadErrorMode(SEM_FAILCRITICALERRORS, &before);
    const std::wstring folder = mount_point_of(path);
    space = space_of(folder);
    if (type.empty()) type = type_of(folder);
    if (unanswered != nullptr) --*unanswered;
  }

  const std::wstring path;
  std::atomic<int>* const unanswered;
  Result<Space> space = Reason::warming_up;
  std::string type;
};

SpaceAsker::SpaceAsker(const std::string& path, std::atomic<int>* unanswered)
    : question_(std::make_shared<Question>(path, unanswered)), side_thread_("plimsoll-space", question_) {}

bool SpaceAsker::ask() {
  std::atomic<int>* const unanswered = question_->unanswered;
  if (unanswered != nullptr) ++*unanswered;
  const bool asked = side_thread_.ask();
  if (!asked && unanswered != nullptr) --*unanswered;
  return asked;
}

const Result<Space>& SpaceAsker::space() const { return question_->space; }
const std::string& SpaceAsker::type() const { return question_->type; }

}  // namespace plimsoll::windows_os
