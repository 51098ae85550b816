// Asks a drive or a folder for the size of its volume, on a helper thread: GetDiskFreeSpaceExW() on a network drive whose
// server has gone may take minutes. https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespaceexw
#pragma once

#include "../../result.h"
#include "side_thread.h"

#include <atomic>
#include <string>

namespace plimsoll::windows_os {

struct Space {
  double total_bytes = 0;      // as far as the user's quota lets him see it
  double available_bytes = 0;  // to the user
};

class SpaceAsker {
 public:
  // `unanswered`, if given, outlives the process's threads and counts open questions: one more with each, one less with
  // each answer, even if the asker has long gone.
  explicit SpaceAsker(const std::string& path, std::atomic<int>* unanswered = nullptr);

  bool ask();
  bool open() const { return side_thread_.open(); }
  bool wait_until(double monotonic_seconds) const { return side_thread_.wait_until(monotonic_seconds); }
  double asked_at() const { return side_thread_.asked_at(); }

  // The last answers; only while no question is open.
  const Result<Space>& space() const;
  const std::string& type() const;  // "NTFS"; empty if it is not known

 private:
  struct Question;
  std::shared_ptr<Question> question_;
  SideThread side_thread_;
};

}  // namespace plimsoll::windows_os
