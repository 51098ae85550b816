// The files of the own control group's levels that tell of memory events: v2's memory.events, v1's notifications. Made on
// the thread that arms, then the pressure watch's.
#pragma once

#include "cgroup.h"
#include "event_control.h"
#include "memory_events.h"

#include <poll.h>
#include <vector>

namespace plimsoll::linux_os {

class MemoryWatch {
 public:
  // Looks at the levels of `placement`; where counts are already known from before, counting goes on from there.
  // `levels`: v1's levels of reclaim are wanted too.
  void watch(const Placement& placement, bool events, bool levels);


  const Serving& serving() const { return serving_; }

  // v1 knows levels of reclaim instead of stalls: what it says of one, or why it says nothing.
  Reason reason_of_level(PressureLevel level) const { return level_reasons_[static_cast<size_t>(level)]; }

  void add_polls(std::vector<pollfd>& polls) const;
  // `polls` are those that were added, in their order. True if a file has gone.
  bool handle(std::span<pollfd> polls, double now, PressureSink& sink, bool& some, bool& full);
  void tell(double now, PressureSink& sink);  // what has waited for its time
  double due() const;

 private:
  struct Level {
    std::string path;
    size_t levels_up;
    Descriptor file;
    ToldEvents told;
  };

  struct Control {
    enum Kind { medium, critical, out_of_memory } kind;
    EventControl notification;
  };

  void watch_v2(const Placement& placement);
  void watch_v1(const std::string& group, bool events, bool levels);
  Reason add_control(const std::string& group, Control::Kind kind, const char* file, const char* arguments);
  static bool read(Level& level, MemoryCounts& counts);

  Serving serving_;
  std::vector<Level> levels_;          // v2
  std::vector<Control> controls_;  // v1; only those that work
  Reason level_reasons_[2] = {Reason::unsupported, Reason::unsupported};
  double oom_count_ = 0;  // v1: how often the kernel has told, which it does again and again until one is killed
  ToldEvents oom_told_;
};

}  // namespace plimsoll::linux_os
