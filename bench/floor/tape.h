// A tape of the system calls that one sample makes, and a loop that makes them again and does nothing with the answers:
// the floor that a sample is measured against. One thread.
//
// The program must be linked with --wrap for each call in kWrapped of ../native.mjs. So the floor follows the readers by
// itself: the same files in the same order, by the same kept descriptors, into a buffer of the same size, and the same
// calls that read no file (netlink, getrusage, fstat and getdents of directories, clocks). It is stricter than a replay:
// what a sample asks twice (the same file from the same place, the same directory), the floor asks once.
//
// Counted with `strace -fc` over 1000 of each (see ../README.md): the same number of every call, but for the repeats that
// the JSON names; openat(2) of files that are not there, which a sample may try again and a floor does not; and, where a
// path is watched, the futex(2) that wakes the helper which asks for the space of its file system: timed apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::bench {

struct Call {
  enum class Kind : uint8_t { read, measure, rewind, list, clock, usage, limit, affinity, send, receive, process, exists, space };
  Kind kind;
  bool continued = false;   // a read that goes on where the one before it ended
  int descriptor = -1;      // or, without one, the number that the call takes: a clock, a kind of limit
  uint32_t bytes = 0;       // of room for the answer
  uint32_t text = 0;        // which of the texts: a path, a question to send
};

class Tape {
 public:
  // Everything that `body` asks the system for, from this thread.
  template <typename Body>
  void record(Body body) {
    begin();
    body();
    end();
  }

  // Asks for the space of the file system that holds `path`, too: a sample leaves that to another thread.
  void add_space(const std::string& path) { add({.kind = Call::Kind::space}, path, "space " + path); }

  void play();

  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<std::string>& repeats() const { return repeats_; }  // what was asked more than once
  uint64_t identity() const { return identity_; }                        // of the calls: equal tapes have equal ones

  // Called by the wrappers. `about` tells calls apart that ask for different things; empty: never a repeat.
  void add(Call call, std::string_view text, const std::string& about);
  static Tape* recording();
  int kept(int descriptor);  // itself, or a copy if it is one that was opened while recording
  void opened(int descriptor) { opened_.push_back(descriptor); }

 private:
  void begin();
  void end();

  std::vector<Call> calls_;
  std::vector<std::string> texts_{""};
  std::vector<std::string> seen_;
  std::vector<std::string> repeats_;
  std::vector<int> opened_;
  uint64_t identity_ = 14695981039346656037u;
  alignas(64) std::array<char, 65536> room_{};
};

}  // namespace plimsoll::bench
