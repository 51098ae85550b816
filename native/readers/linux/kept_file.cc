// See kept_file.h.
#include "kept_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace plimsoll::linux_os {
namespace {

constexpr size_t kSysctlBytes = 256;
constexpr uint32_t kLongestPause = 15;      // slow readings; a failed look-up costs as much as two files read
constexpr size_t kMostBytes = 64u << 20;  // a file that does not end within this is no text of the kernel's

}  // namespace

Reason reason_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENOSYS:
    case EINVAL:
      return Reason::unsupported;
    case EOPNOTSUPP:  // pressure files with psi=0
      return Reason::disabled;
    case EACCES:
    case EPERM:
    case ELOOP:
      return Reason::denied;
    case ENODEV:  // cgroup or device removed under an open file
    case ESRCH:   // process reaped
    case ESTALE:
    case ENXIO:
    case EIO:
      return Reason::gone;
    default:  // EMFILE, ENFILE, ENOMEM …
      return Reason::internal;
  }
}

KeptFile::KeptFile(KeptFile&& other) noexcept { *this = std::move(other); }

KeptFile& KeptFile::operator=(KeptFile&& other) noexcept {
  if (this == &other) return *this;
  if (this->descriptor_ >= 0) close();
  root_ = other.root_;
  absolute_ = std::move(other.absolute_);
  shape_ = other.shape_;
  descriptor_ = std::exchange(other.descriptor_, -1);
  failure_ = other.failure_;
  failed_attempt_ = other.failed_attempt_;
  pause_ = other.pause_;
  may_be_empty_ = other.may_be_empty_;
  return *this;
}

Result<std::string_view> KeptFile::read() {
  const bool was_open = descriptor_ >= 0;
  if (!was_open && !open()) return failure_;
  auto text = read_all();
  // The thing behind a kept descriptor may have been replaced (cgroup, device): look once whether there is a new one.
  if (!text && was_open && text.reason == Reason::gone) {
    if (open()) {
      text = read_all();
    } else if (failure_ == Reason::unsupported) {
      failure_ = Reason::gone;  // it was there: until the next attempt it has gone, which is more than not being there
    }
  }
  if (!text && descriptor_ >= 0 && text.reason != Reason::malformed) {
    close();
    failure_ = text.reason;
    failed_attempt_ = root_->attempt();
  }
  return text;
}

Result<std::string_view> KeptFile::read_all() {
  auto& buffer = root_->scratch();
  size_t length = 0;
  for (;;) {
    const size_t room = shape_ == Shape::sysctl ? kSysctlBytes : buffer.size() - length;
    const ssize_t got = pread(descriptor_, buffer.data() + length, room, static_cast<off_t>(length));
    if (got < 0) {
      if (errno == EINTR) continue;
      return reason_of(errno);
    }
    length += static_cast<size_t>(got);
    if (got == 0 || shape_ == Shape::sysctl) break;
    if (length < buffer.size()) {
      if (shape_ == Shape::whole) break;
      continue;
    }
    if (length >= kMostBytes) return Reason::malformed;
    buffer.resize(buffer.size() * 2);
    if (shape_ == Shape::whole) length = 0;  // a longer text is made anew, not continued
  }
  if (length == 0 && !may_be_empty_) return Reason::malformed;
  return std::string_view(buffer.data(), length);
}

bool KeptFile::open() {
  close();
  if (failure_ != Reason::known && root_->attempt() - failed_attempt_ <= pause_) return false;
  const bool was_missing = failure_ == Reason::unsupported;
  root_->note(absolute_);
  descriptor_ = root_->open(absolute_, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  failure_ = descriptor_ >= 0 ? Reason::known : reason_of(errno);
  failed_attempt_ = root_->attempt();
  pause_ = failure_ == Reason::unsupported ? std::min(was_missing ? pause_ * 2 + 1 : 0, kLongestPause) : 0;
  return descriptor_ >= 0;
}

void KeptFile::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

KeptDirectory::~KeptDirectory() { close(); }

void KeptDirectory::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

int KeptDirectory::descriptor() {
  if (descriptor_ >= 0) return descriptor_;
  if (failure_ != Reason::known && failed_attempt_ == root_->attempt()) return -1;
  root_->note(absolute_, "", "/");
  descriptor_ = root_->open(absolute_, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  failure_ = descriptor_ >= 0 ? Reason::known : reason_of(errno);
  failed_attempt_ = root_->attempt();
  return descriptor_;
}

Result<KeptDirectory::Measure> KeptDirectory::measure() {
  struct stat status;
  if (descriptor() < 0) return failure_;
  if (fstat(descriptor_, &status) != 0) return reason_of(errno);
  return Measure{status.st_size, static_cast<uint64_t>(status.st_nlink)};
}

KeptDirectory::Listing::Listing(KeptDirectory& directory) : directory_(directory) {
  if (directory_.descriptor() < 0) {
    reason = directory_.failure_;
  } else if (lseek(directory_.descriptor_, 0, SEEK_SET) != 0) {
    reason = reason_of(errno);
  }
}

const char* KeptDirectory::Listing::next() {
  struct Entry {  // linux_dirent64, getdents64(2); glibc and musl hide it behind readdir, which allocates
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
  };
  while (reason == Reason::known) {
    if (position_ >= length_) {
      const long got = syscall(SYS_getdents64, directory_.descriptor_, buffer_, sizeof buffer_);
      if (got < 0) {
        reason = reason_of(errno);
        directory_.close();  // whatever it was, the next listing opens it anew
      }
      if (got <= 0) return nullptr;
      position_ = 0;
      length_ = static_cast<size_t>(got);
    }
    const auto* entry = reinterpret_cast<const Entry*>(buffer_ + position_);
    position_ += entry->length;
    if (std::strcmp(entry->name, ".") != 0 && std::strcmp(entry->name, "..") != 0) return entry->name;
  }
  return nullptr;
}

bool exists(Root& root, const std::string& absolute) {
  root.note(absolute, "?");
  if (root.live()) return access(absolute.c_str(), F_OK) == 0;
  const int descriptor = root.open(absolute, O_PATH | O_CLOEXEC);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0;
}

}  // namespace plimsoll::linux_os
