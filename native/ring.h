// The shared memory: a header, then one ring of slots for each rhythm.
//
// Threads: exactly one thread writes (the sampler, or the thread of a one-shot reading); any number read, in JavaScript.
//
// Why no lock is needed. The writer fills the slot after the newest one and only then publishes the head (release).
// A reader loads the head (acquire) and so sees the newest slot whole; that slot is written again only after a whole
// turn of the ring. Who reads an older slot (at most half a ring back) loads the head again afterwards: if it moved by
// more than the other half, the slot may have been rewritten and is read anew. The head wraps: compare by subtraction.
// The writer never reads this memory back, because scripts can write to it.
//
//   header  64 x int32   see HeaderWord
//   slot    float64      monotonic time of the reading in seconds (NaN: never written since the last start)
//           float64 x n  the rhythm's fields, in the order of fields.def
//           uint8 x n    their reasons, padded to 8 bytes
//           gauge slots only: float64 row count, then kLoopRows x {thread id, idle seconds, longest busy seconds}
#pragma once

#include "sample.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace plimsoll {

inline constexpr uint32_t kMagic = 0x4d494c50;  // "PLIM" in memory order
inline constexpr uint32_t kSlotCount = 128;     // a power of two, so that the wrapping head maps evenly
inline constexpr uint32_t kLoopRows = 32;
inline constexpr size_t kLoopRowValues = 3;
inline constexpr size_t kHeaderWords = 64;

// Positions in the header, in 32-bit words. lib/snapshot/ring.ts has the same.
enum class HeaderWord : size_t {
  magic = 0,
  layout_id = 1,
  slot_count = 2,
  field_count = 3,
  pid = 4,
  loop_rows = 5,
  rhythms = 8,  // the first rhythm's block; blocks are kRhythmBlock words apart
};
inline constexpr size_t kRhythmBlock = 8;
enum class RhythmWord : size_t { head = 0, interval_ms = 1, offset = 2, stride = 3, fields = 4 };

struct LoopRow {
  double thread_id = 0;
  double idle_seconds = 0;
  double longest_busy_seconds = 0;
};

class Ring {
 public:
  static size_t byte_length();

  // `memory` must be zeroed, 8-byte aligned, byte_length() long and outlive the ring.
  explicit Ring(std::byte* memory);

  // Forgets all slots, so that no window spans a stop of the sampler. Writer only.
  void restart(uint32_t pid);
  void set_interval(Rhythm rhythm, uint32_t interval_ms);

  // Writes one slot of the rhythm and makes it the newest. The only function that publishes.
  void publish(Rhythm rhythm, double read_at_seconds, const Sample& sample, std::span<const LoopRow> loops = {});

  // How often this rhythm was published since the ring was made (wraps). Writer only.
  uint32_t head(Rhythm rhythm) const { return heads_[index_of(rhythm)]; }

 private:
  void store_word(size_t word, uint32_t value);
  void store_word(Rhythm rhythm, RhythmWord word, uint32_t value);
  std::byte* slot(Rhythm rhythm, uint32_t number);

  std::byte* memory_;
  uint32_t heads_[kRhythmCount] = {};
};

}  // namespace plimsoll
