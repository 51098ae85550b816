// See event_control.h.
#include "event_control.h"

#include "kept_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/eventfd.h>

namespace plimsoll::linux_os {

EventControl::EventControl(const std::string& group, const char* file, const char* arguments)
    : control_path_(group + "/cgroup.event_control"), file_(open((group + '/' + file).c_str(), O_RDONLY | O_CLOEXEC)) {
  const Descriptor control(file_ ? open(control_path_.c_str(), O_WRONLY | O_CLOEXEC) : -1);
  if (control) event_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event_) {
    reason_ = errno == EROFS ? Reason::denied : reason_of(errno);
    return;
  }
  const std::string text = std::to_string(event_.number()) + ' ' + std::to_string(file_.number()) + ' ' + arguments;
  if (write(control.number(), text.c_str(), text.size()) == static_cast<ssize_t>(text.size())) return;
  reason_ = reason_of(errno);
  event_ = {};
}

uint64_t EventControl::take() {
  uint64_t count = 0;
  if (read(event_.number(), &count, sizeof count) != sizeof count) return 0;
  return access(control_path_.c_str(), F_OK) == 0 ? count : 0;  // a removal is told in the same way
}

}  // namespace plimsoll::linux_os
