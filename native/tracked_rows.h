// Rows of tracked processes and threads in memory that JavaScript looks at, in chunks that never move and are never freed.
//
// Threads: rows are claimed and given back under the lock of tracking.h. A row has one writer at a time: who claims it, until it is
// handed to the sampler's thread, then that thread. Read by the one who claimed it, in JavaScript, and by nobody else.
//
// Why no lock is needed to read. A row is a small ring for each of two rhythms, written as native/ring.h says: the slot after the
// newest is filled, then the head published (release); the reader loads the head (acquire) and has almost a whole turn of the ring
// before what it reads is written again. A row is given to another process only after the one who reads it has given it
// back, oldest first; its generation then is another one, so that a mistake is seen.
//
//   chunk   16 x int32   magic, layout id, rows, bytes of a row, slots and values of each rhythm
//   row     16 x int32   see RowWord; float64 at byte 48: when it ended, monotonic seconds
//   then kUseSlots x {float64 time, float64 x kUseValues, 8 reason bytes}, then kDetailSlots x the same with kDetailValues
#pragma once

#include "readers/processes.h"
#include "result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

namespace plimsoll {

// Both names and their order are hashed into the layout id: lib/tracking/rows.ts has the same.
inline constexpr std::string_view kRowLayout =
    "plimsoll-rows-1 use:cpu_seconds,rss_bytes,processes "
    "detail:read_bytes,written_bytes,descriptors,threads,wait_seconds,received_bytes,sent_bytes";
inline constexpr uint32_t kRowMagic = 0x574f5250;  // "PROW" in memory order
inline constexpr uint32_t kRowsPerChunk = 64;
inline constexpr uint32_t kMostChunks = 256;
inline constexpr size_t kRowWords = 16;
inline constexpr size_t kUseSlots = 32;     // powers of two
inline constexpr size_t kDetailSlots = 8;
inline constexpr size_t kUseValues = 3;
inline constexpr size_t kDetailValues = 7;

// Positions in a row, in 32-bit words.
enum class RowWord : size_t { generation, state, use_head, detail_head, pid, within, survivors };
inline constexpr size_t kEndedAtByte = 48;
inline constexpr uint32_t kNoRow = 0xffffffff;

// waiting: for a thread that has not shown itself yet.
enum class RowState : uint32_t { free, live, waiting, ended };

using UseReading = std::array<Result<double>, kUseValues>;
using DetailReading = std::array<Result<double>, kDetailValues>;

class TrackedRows {
 public:
  struct Claim {
    uint32_t row = 0;
    uint32_t generation = 0;
  };

  bool claim(Claim& claim);  // false: there are no more
  void give_back(uint32_t row);
  uint32_t claimed() const { return claimed_; }
  bool is(const Claim& claim) const;

  static constexpr uint32_t chunk_of(uint32_t row) { return row / kRowsPerChunk; }
  std::span<std::byte> chunk(uint32_t index) const;  // empty: not there yet
  static size_t chunk_bytes();

  // Writer.
  void set(uint32_t row, RowWord word, uint32_t value);
  void publish(uint32_t row, double at_seconds, const UseReading& reading);
  void publish(uint32_t row, double at_seconds, const DetailReading& reading);
  void end(uint32_t row, double at_seconds, uint32_t survivors);

  void abandon();  // in a forked child: all rows are free

 private:
  // What scripts can write to is never read back.
  struct Heads {
    uint32_t generation = 0;
    uint32_t use = 0;
    uint32_t detail = 0;
    bool claimed = false;
  };

  bool grow();
  std::byte* place(uint32_t row) const;

  std::array<std::byte*, kMostChunks> chunks_{};
  uint32_t chunk_count_ = 0;
  std::array<std::array<Heads, kRowsPerChunk>*, kMostChunks> heads_{};
  std::deque<uint32_t> free_;
  uint32_t claimed_ = 0;
};

}  // namespace plimsoll
