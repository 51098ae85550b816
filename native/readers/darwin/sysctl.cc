// See sysctl.h. sysctlbyname() would look the name up at every call: two system calls for one.
#include "sysctl.h"

#include <cerrno>
#include <sys/sysctl.h>

namespace plimsoll::darwin_os {

static_assert(CTL_MAXNAME == 12);

Reason reason_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENOSYS:
    case ENOTSUP:
    case EINVAL:
      return Reason::unsupported;
    case EACCES:
    case EPERM:  // a sandbox
      return Reason::denied;
    case ESRCH:
    case ENXIO:
    case ENODEV:
    case ESTALE:
    case EIO:
      return Reason::gone;
    default:  // ENOMEM, EMFILE, ENFILE …
      return Reason::internal;
  }
}

Reason Sysctl::look_up() {
  if (missing_ != Reason::known || count_ > 0) return missing_;
  size_t count = kMostParts;
  if (sysctlnametomib(name_, parts_, &count) == 0) {
    count_ = count;
    return Reason::known;
  }
  const Reason reason = reason_of(errno);
  if (reason == Reason::unsupported) missing_ = reason;
  return reason;
}

Result<Bytes> Sysctl::read(std::span<uint8_t> buffer) {
  const Reason reason = look_up();
  if (reason != Reason::known) return reason;
  size_t length = buffer.size();
  if (sysctl(parts_, static_cast<unsigned>(count_), buffer.data(), &length, nullptr, 0) != 0) return reason_of(errno);
  return Bytes(buffer.data(), length);
}

Result<uint64_t> Sysctl::number() {
  uint8_t buffer[sizeof(uint64_t)];
  const auto bytes = read(buffer);
  if (!bytes) return bytes.reason;
  return decode_number(*bytes);
}

}  // namespace plimsoll::darwin_os
