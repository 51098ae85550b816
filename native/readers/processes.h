// Other processes, and threads of this one: what a platform must tell of them. Each readers/<os>/processes.cc defines it.
//
// Threads: open() on a thread of JavaScript; what it gives is then used by the sampler's thread alone.
// A process is its number and its start time: a number that was given to another process is `gone`, never measured.
#pragma once

#include "../result.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace plimsoll {

// ended: it runs no more, and its parent has yet to take note (a zombie). gone: there is no such process any more.
enum class Life : uint8_t { running, ended, gone };

// What is cheap. CPU time is that of all threads, ended ones included; children are not in it.
struct ProcessUse {
  Life life = Life::gone;
  Result<double> cpu_seconds = Reason::unsupported;
  Result<double> rss_bytes = Reason::unsupported;
};

struct ProcessKin {
  uint32_t parent = 0;
  double threads = 0;
  // CPU time of its ended children that it waited for, and of those that they did. 0 where the system does not hand it on.
  double waited_seconds = 0;
};

// What is dearer.
struct ProcessDetail {
  Result<double> read_bytes = Reason::unsupported;
  Result<double> written_bytes = Reason::unsupported;
  Result<double> descriptors = Reason::unsupported;
  Result<double> threads = Reason::unsupported;
  Result<double> wait_seconds = Reason::unsupported;  // ready to run but without a CPU, its main thread
  // Of its network namespace, where that is not this process's.
  Result<double> received_bytes = Reason::unsupported;
  Result<double> sent_bytes = Reason::unsupported;
  // An ended child that was waited for has left what it read and wrote to its parent.
  bool io_is_inherited = false;
};

class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  virtual ~Process() = default;

  // Without `anew`, memory may be as of the last time that the process ran: only others could have taken of it since.
  virtual ProcessUse use(bool anew) = 0;
  virtual Result<ProcessKin> kin() = 0;
  virtual Result<ProcessDetail> detail() = 0;
  virtual bool tells_parent() const { return true; }  // kin() does; else the census alone

  // The process that has this number now. `gone`: there is none; `unsupported`: it is none that can be measured.
  static Result<std::unique_ptr<Process>> open(uint32_t pid);

  static size_t kept_descriptors();  // by all of them, at most one each
};

struct Kinship {
  uint32_t pid;
  uint32_t parent;
};

// Who was born. Sampler's thread.
class Census {
 public:
  virtual ~Census() = default;
  static std::unique_ptr<Census> open();

  // Processes that may have appeared since the last call, in the order of their birth where that is known. False: none has.
  virtual bool newcomers(std::vector<Kinship>& found) = 0;
  virtual void everyone(std::vector<Kinship>& found) = 0;
};

// Threads of this process. A number is of use only as long as its thread is known to live.
uint64_t this_thread();
Result<double> thread_cpu_seconds(uint64_t thread);
Result<double> thread_wait_seconds(uint64_t thread);

}  // namespace plimsoll
