// When each trigger is told that memory is low: again and again as long as it is, for whoever listens takes silence for the end.
// Pure, the pressure watch's thread.
#pragma once

#include "../pressure_watch.h"

#include <algorithm>
#include <vector>

namespace plimsoll::windows_os {

inline constexpr double kLowMemoryLookSeconds = 1;  // while it is low, it is looked at this often whether it still is

class LowMemoryNotices {
 public:
  // A trigger that was there before keeps its pace; a new one is due at once.
  void arm(std::span<const PressureTrigger> triggers) {
    std::vector<Notice> notices;
    for (const PressureTrigger& trigger : triggers) {
      const auto before = std::find_if(notices_.begin(), notices_.end(), [&](const Notice& one) { return one.trigger == trigger; });
      notices.push_back(before == notices_.end() ? Notice{trigger, 0} : *before);
    }
    notices_ = std::move(notices);
  }

  // At a look at which memory is low: is this trigger told? At each, whatever its window: an event without one says no more than now.
  bool due(size_t trigger, double at_seconds) {
    Notice& notice = notices_[trigger];
    if (at_seconds < notice.quiet_until) return false;
    notice.quiet_until = at_seconds + kLowMemoryLookSeconds - kEarlySeconds;
    return true;
  }

 private:
  struct Notice {
    PressureTrigger trigger;
    double quiet_until;
  };
  static constexpr double kEarlySeconds = 0.1;  // a wait may end some milliseconds before its time

  std::vector<Notice> notices_;
};

}  // namespace plimsoll::windows_os
