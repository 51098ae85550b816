// Notifications of cgroup v1: an eventfd that cgroup.event_control binds to a file of the group. Needs to write there, and
// the kernel calls it deprecated. Pressure watch's thread; registered by who arms it.
// https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#memory-pressure
#pragma once

#include "../../result.h"
#include "descriptor.h"

#include <cstdint>
#include <string>

namespace plimsoll::linux_os {

class EventControl {
 public:
  // `file` and `arguments`: ("memory.pressure_level", "medium"), ("memory.oom_control", "").
  EventControl(const std::string& group, const char* file, const char* arguments);

  Reason reason() const { return reason_; }
  int descriptor() const { return event_.number(); }

  // How often the kernel has told since it was last asked; 0: it told that the group was removed.
  uint64_t take();

 private:
  std::string control_path_;
  Descriptor event_;
  Descriptor file_;  // the kernel asks for it once, and some files' notifications end with it
  Reason reason_ = Reason::known;
};

}  // namespace plimsoll::linux_os
