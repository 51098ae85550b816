// What macOS's level of memory pressure says to each trigger, and when it says it again. The kernel tells of a level once, when
// it begins; who listens needs to hear as long as it lasts, as from PSI. The thread that waits (../pressure_watch.h); pure,
// tested without macOS.
// xnu bsd/sys/event.h (NOTE_MEMORYSTATUS_PRESSURE_*), bsd/kern/kern_memorystatus_notify.c (what the sysctl answers)
#pragma once

#include "../../result.h"
#include "../pressure_watch.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace plimsoll::darwin_os {

// The same bits in events of libdispatch and as the value of kern.memorystatus_vm_pressure_level.
inline constexpr uint64_t kNormalLevel = 1, kWarningLevel = 2, kCriticalLevel = 4;
inline constexpr double kRepeatSeconds = 1;

inline bool knows_levels(const PressureTrigger& trigger) {
  return trigger.source == PressureSource::system && trigger.resource == PressureResource::memory;
}

// A critical level is a warning too: the system may go there from a normal one at once.
inline bool tells(uint64_t levels, const PressureTrigger& trigger) {
  const uint64_t telling = trigger.level == PressureLevel::some ? kWarningLevel | kCriticalLevel : kCriticalLevel;
  return knows_levels(trigger) && (levels & telling) != 0;
}

class PressureLevels {
 public:
  // A trigger that is new is told at the next look, which is due at once; one that stays keeps its time.
  void arm(std::span<const PressureTrigger> triggers) {
    std::vector<Armed> armed;
    for (const PressureTrigger& trigger : triggers) {
      const auto before = std::find_if(armed_.begin(), armed_.end(), [&](const Armed& one) { return one.trigger == trigger; });
      armed.push_back({trigger, before == armed_.end() ? kAtOnce : before->quiet_until});
    }
    armed_.swap(armed);
    told_.reserve(armed_.size());
    look_at_ = kAtOnce;
  }

  double look_at() const { return look_at_; }

  // The triggers to tell now. `events`: the levels that the kernel has told of since the last look; `now`: what the level is, if
  // it can be read, else the events alone say it.
  std::span<const size_t> look(uint64_t events, const Result<uint64_t>& now, double at_seconds) {
    if (now) {
      level_ = *now;
    } else if (events != 0) {
      level_ = (events & kNormalLevel) != 0 ? kNormalLevel : events;
    }
    told_.clear();
    for (size_t i = 0; i < armed_.size(); ++i) {
      if (!tells(events | level_, armed_[i].trigger) || at_seconds < armed_[i].quiet_until) continue;
      armed_[i].quiet_until = at_seconds + kRepeatSeconds;
      told_.push_back(i);
    }
    look_at_ = next_look(at_seconds);
    return told_;
  }

 private:
  struct Armed {
    PressureTrigger trigger;
    double quiet_until;
  };
  static constexpr double kAtOnce = -std::numeric_limits<double>::infinity();
  static constexpr double kNextEvent = std::numeric_limits<double>::infinity();

  // When the first trigger may be told again; or, where none is concerned, whether it is still raised.
  double next_look(double at_seconds) const {
    if ((level_ & (kWarningLevel | kCriticalLevel)) == 0) return kNextEvent;
    double next = at_seconds + kRepeatSeconds;
    for (const Armed& one : armed_) {
      if (tells(level_, one.trigger)) next = std::min(next, one.quiet_until);
    }
    return next;
  }

  std::vector<Armed> armed_;
  std::vector<size_t> told_;
  uint64_t level_ = kNormalLevel;
  double look_at_ = kAtOnce;
};

}  // namespace plimsoll::darwin_os
