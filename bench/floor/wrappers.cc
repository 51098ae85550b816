// What the linker puts in the place of each system call of the readers (--wrap): the call itself, noted on the tape that
// is recording, if one is. Otherwise one load and one branch, on both sides of the comparison. glibc and musl.
#include "tape.h"

#include <cstdarg>
#include <ctime>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using plimsoll::bench::Call;
using plimsoll::bench::Tape;

namespace {

std::string path_of(int descriptor) {
  char path[4096];
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  return length > 0 ? std::string(path, static_cast<size_t>(length)) : "descriptor " + std::to_string(descriptor);
}

}  // namespace

// The names are the linker's.
extern "C" {

ssize_t __real_pread(int, void*, size_t, off_t);
ssize_t __wrap_pread(int descriptor, void* room, size_t bytes, off_t offset) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({Call::Kind::read, offset > 0, tape->kept(descriptor), static_cast<uint32_t>(bytes)}, {},
              "read " + path_of(descriptor) + (offset > 0 ? " to its end" : ""));
  }
  return __real_pread(descriptor, room, bytes, offset);
}

int __real_fstat(int, struct stat*);
int __wrap_fstat(int descriptor, struct stat* status) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({.kind = Call::Kind::measure, .descriptor = tape->kept(descriptor)}, {}, "fstat " + path_of(descriptor));
  }
  return __real_fstat(descriptor, status);
}

off_t __real_lseek(int, off_t, int);
off_t __wrap_lseek(int descriptor, off_t offset, int from) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({.kind = Call::Kind::rewind, .descriptor = tape->kept(descriptor)}, {}, {});
  }
  return __real_lseek(descriptor, offset, from);
}

// Variadic in C; with all of its at most six arguments in registers, that makes no difference.
long __real_syscall(long, long, long, long, long, long, long);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f) {
  if (Tape* tape = Tape::recording(); tape != nullptr && number == SYS_getdents64) {
    const int descriptor = static_cast<int>(a);
    tape->add({.kind = Call::Kind::list, .descriptor = tape->kept(descriptor), .bytes = static_cast<uint32_t>(c)}, {}, {});
  }
  return __real_syscall(number, a, b, c, d, e, f);
}

int __real_clock_gettime(clockid_t, timespec*);
int __wrap_clock_gettime(clockid_t clock, timespec* now) {
  if (Tape* tape = Tape::recording(); tape != nullptr) tape->add({.kind = Call::Kind::clock, .descriptor = clock}, {}, {});
  return __real_clock_gettime(clock, now);
}

int __real_getrusage(int, rusage*);
int __wrap_getrusage(int who, rusage* usage) {
  if (Tape* tape = Tape::recording(); tape != nullptr) tape->add({.kind = Call::Kind::usage}, {}, "getrusage");
  return __real_getrusage(who, usage);
}

int __real_getrlimit(int, rlimit*);
int __wrap_getrlimit(int resource, rlimit* limit) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({.kind = Call::Kind::limit, .descriptor = resource}, {}, "getrlimit " + std::to_string(resource));
  }
  return __real_getrlimit(resource, limit);
}

int __real_sched_getaffinity(pid_t, size_t, cpu_set_t*);
int __wrap_sched_getaffinity(pid_t process, size_t bytes, cpu_set_t* cpus) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({.kind = Call::Kind::affinity, .bytes = static_cast<uint32_t>(bytes)}, {}, "sched_getaffinity");
  }
  return __real_sched_getaffinity(process, bytes, cpus);
}

ssize_t __real_send(int, const void*, size_t, int);
ssize_t __wrap_send(int descriptor, const void* question, size_t bytes, int flags) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({.kind = Call::Kind::send, .descriptor = tape->kept(descriptor)}, {static_cast<const char*>(question), bytes}, {});
  }
  return __real_send(descriptor, question, bytes, flags);
}

ssize_t __real_recv(int, void*, size_t, int);
ssize_t __wrap_recv(int descriptor, void* room, size_t bytes, int flags) {
  if (Tape* tape = Tape::recording(); tape != nullptr) {
    tape->add({.kind = Call::Kind::receive, .descriptor = tape->kept(descriptor), .bytes = static_cast<uint32_t>(bytes)}, {}, {});
  }
  return __real_recv(descriptor, room, bytes, flags);
}

pid_t __real_getpid();
pid_t __wrap_getpid() {
  if (Tape* tape = Tape::recording(); tape != nullptr) tape->add({.kind = Call::Kind::process}, {}, "getpid");
  return __real_getpid();
}

int __real_access(const char*, int);
int __wrap_access(const char* path, int mode) {
  if (Tape* tape = Tape::recording(); tape != nullptr) tape->add({.kind = Call::Kind::exists}, path, std::string("access ") + path);
  return __real_access(path, mode);
}

// Not on the tape: a floor keeps its descriptors. Where a reader opens a file anew each time, that shows in the ratio.
int __real_open(const char*, int, mode_t);
int __wrap_open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>((flags & O_CREAT) != 0 ? va_arg(more, int) : 0);
  va_end(more);
  const int descriptor = __real_open(path, flags, mode);
  if (Tape* tape = Tape::recording(); tape != nullptr && descriptor >= 0) tape->opened(descriptor);
  return descriptor;
}

}  // extern "C"
