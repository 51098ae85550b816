// See ../outlet.h. A descriptor opened again below /dev/fd shares its flags here, so nothing but a socket can be written to
// without the danger of waiting. Any thread. Built and link-checked, not run.
// https://developer.apple.com/library/archive/documentation/System/Conceptual/ManPages_iPhoneOS/man2/send.2.html
#include "../outlet.h"

#include <cerrno>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plimsoll {

Written write_now(int descriptor, std::string_view text) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return Written::failed;
  if (!S_ISSOCK(status.st_mode)) return Written::would_wait;
  const ssize_t sent = send(descriptor, text.data(), text.size(), MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(text.size())) return Written::done;
  return sent >= 0 || errno == EAGAIN ? Written::full : Written::failed;
}

bool write_waiting(int descriptor, std::string_view text) {
  return write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace plimsoll
