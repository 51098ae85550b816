// See tape.h.
#include "tape.h"

#include <algorithm>
#include <ctime>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace plimsoll::bench {
namespace {

Tape* on_record = nullptr;
pthread_t recorded_thread;

}  // namespace

Tape* Tape::recording() {
  return on_record != nullptr && pthread_equal(pthread_self(), recorded_thread) != 0 ? on_record : nullptr;
}

void Tape::begin() {
  recorded_thread = pthread_self();
  on_record = this;
}

void Tape::end() {
  on_record = nullptr;
  opened_.clear();
}

int Tape::kept(int descriptor) {
  if (std::find(opened_.begin(), opened_.end(), descriptor) == opened_.end()) return descriptor;
  return fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

void Tape::add(Call call, std::string_view text, const std::string& about) {
  if (!about.empty()) {
    for (const char c : about) identity_ = (identity_ ^ static_cast<uint8_t>(c)) * 1099511628211u;
    if (std::find(seen_.begin(), seen_.end(), about) != seen_.end()) {
      repeats_.push_back(about);
      return;
    }
    seen_.push_back(about);
  }
  if (!text.empty()) {
    call.text = static_cast<uint32_t>(texts_.size());
    texts_.emplace_back(text);
  }
  calls_.push_back(call);
}

void Tape::play() {
  size_t length = 0;
  for (const Call& call : calls_) {
    const size_t bytes = std::min<size_t>(call.bytes, room_.size());
    switch (call.kind) {
      case Call::Kind::read: {
        if (!call.continued) length = 0;
        const ssize_t got = pread(call.descriptor, room_.data(), bytes, static_cast<off_t>(length));
        if (got > 0) length += static_cast<size_t>(got);
        break;
      }
      case Call::Kind::measure: {
        struct stat status;
        fstat(call.descriptor, &status);
        break;
      }
      case Call::Kind::rewind:
        lseek(call.descriptor, 0, SEEK_SET);
        break;
      case Call::Kind::list:
        syscall(SYS_getdents64, call.descriptor, room_.data(), bytes);
        break;
      case Call::Kind::clock: {
        timespec now;
        clock_gettime(call.descriptor, &now);
        break;
      }
      case Call::Kind::usage: {
        rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        break;
      }
      case Call::Kind::limit: {
        rlimit limit;
        getrlimit(static_cast<decltype(RLIMIT_NOFILE)>(call.descriptor), &limit);
        break;
      }
      case Call::Kind::affinity:
        sched_getaffinity(0, bytes, reinterpret_cast<cpu_set_t*>(room_.data()));
        break;
      case Call::Kind::send:
        static_cast<void>(send(call.descriptor, texts_[call.text].data(), texts_[call.text].size(), MSG_DONTWAIT | MSG_NOSIGNAL));
        break;
      case Call::Kind::receive:
        static_cast<void>(recv(call.descriptor, room_.data(), bytes, MSG_DONTWAIT | MSG_TRUNC));
        break;
      case Call::Kind::process:
        static_cast<void>(getpid());
        break;
      case Call::Kind::exists:
        static_cast<void>(access(texts_[call.text].c_str(), F_OK));
        break;
      case Call::Kind::space: {
        struct statvfs space;
        static_cast<void>(statvfs(texts_[call.text].c_str(), &space));
        break;
      }
    }
  }
}

}  // namespace plimsoll::bench
