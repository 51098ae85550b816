// See ../outlet.h. The host's descriptor is used by others too, so neither may its O_NONBLOCK be set (it is the whole
// process's, and the terminal's shell's) nor is poll(2) enough: whoever writes in between makes the write wait. A pipe or
// terminal is therefore opened anew by its name below /proc/self/fd, for one write: its flags are then our own. Any thread.
// https://man7.org/linux/man-pages/man7/pipe.7.html https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
#include "../outlet.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plimsoll {
namespace {

Written outcome(ssize_t written, size_t length) {
  if (written == static_cast<ssize_t>(length)) return Written::done;
  return written >= 0 || errno == EAGAIN ? Written::full : Written::failed;
}

int open_anew(int descriptor) {
  char path[32] = "/proc/self/fd/";
  char* const number = path + sizeof "/proc/self/fd/" - 1;
  *std::to_chars(number, path + sizeof path - 1, descriptor).ptr = '\0';
  return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

Written write_now(int descriptor, std::string_view text) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return Written::failed;
  if (S_ISSOCK(status.st_mode)) return outcome(send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL), text.size());
  if (S_ISREG(status.st_mode)) return Written::would_wait;  // on the disk; opened anew it would lose its place
  if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) return Written::failed;
  const int own = open_anew(descriptor);
  // Another user's pipe may be written to but not opened; or no descriptor is left.
  if (own < 0) return errno == ENXIO ? Written::failed : Written::would_wait;
  const Written result = outcome(write(own, text.data(), text.size()), text.size());
  close(own);
  return result;
}

bool write_waiting(int descriptor, std::string_view text) {
  return write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace plimsoll
