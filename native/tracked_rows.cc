// See tracked_rows.h. Every word that a reader may load while it is written goes through an atomic store.
#include "tracked_rows.h"

#include "fields.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace plimsoll {
namespace {

constexpr size_t slot_bytes(size_t values) { return (values + 2) * sizeof(double); }
constexpr size_t kUseOffset = kRowWords * sizeof(uint32_t);
constexpr size_t kDetailOffset = kUseOffset + kUseSlots * slot_bytes(kUseValues);
constexpr size_t kRowBytes = kDetailOffset + kDetailSlots * slot_bytes(kDetailValues);
constexpr size_t kChunkHeaderBytes = 16 * sizeof(uint32_t);
constexpr uint32_t kRowLayoutId = layout::mix(2166136261u, kRowLayout);
static_assert(kUseValues <= 8 && kDetailValues <= 8, "a reason byte for each value");

void store_word(std::byte* memory, size_t word, uint32_t value) {
  std::atomic_ref(reinterpret_cast<uint32_t*>(memory)[word]).store(value, std::memory_order_release);
}

void store(double* place, double value) { std::atomic_ref(*place).store(value, std::memory_order_relaxed); }

void forget_slots(std::byte* row) {
  const double never = std::numeric_limits<double>::quiet_NaN();
  for (size_t i = 0; i < kUseSlots; ++i) store(reinterpret_cast<double*>(row + kUseOffset + i * slot_bytes(kUseValues)), never);
  for (size_t i = 0; i < kDetailSlots; ++i) {
    store(reinterpret_cast<double*>(row + kDetailOffset + i * slot_bytes(kDetailValues)), never);
  }
}

template <size_t N>
void fill(std::byte* slot, double at_seconds, const std::array<Result<double>, N>& reading) {
  auto* values = reinterpret_cast<double*>(slot);
  auto* reasons = reinterpret_cast<uint8_t*>(values + 1 + N);
  store(values++, at_seconds);
  for (const Result<double>& result : reading) {
    const bool known = result && std::isfinite(*result);
    const Reason reason = result && !known ? Reason::malformed : result.reason;
    store(values++, known ? *result : std::numeric_limits<double>::quiet_NaN());
    std::atomic_ref(*reasons++).store(static_cast<uint8_t>(reason), std::memory_order_relaxed);
  }
}

}  // namespace

size_t TrackedRows::chunk_bytes() { return kChunkHeaderBytes + kRowsPerChunk * kRowBytes; }

bool TrackedRows::grow() {
  if (chunk_count_ == kMostChunks) return false;
  auto* memory = static_cast<std::byte*>(std::calloc(1, chunk_bytes()));
  if (memory == nullptr) return false;
  constexpr uint32_t words[] = {kRowMagic,  kRowLayoutId,  kRowsPerChunk, kRowBytes,
                                kUseSlots,  kUseValues,    kDetailSlots,  kDetailValues};
  for (size_t i = 0; i < std::size(words); ++i) store_word(memory, i, words[i]);
  chunks_[chunk_count_] = memory;
  heads_[chunk_count_] = new std::array<Heads, kRowsPerChunk>{};
  for (uint32_t i = 0; i < kRowsPerChunk; ++i) free_.push_back(chunk_count_ * kRowsPerChunk + i);
  ++chunk_count_;
  return true;
}

bool TrackedRows::claim(Claim& claim) {
  if (free_.empty() && !grow()) return false;
  claim.row = free_.front();
  free_.pop_front();
  Heads& heads = (*heads_[chunk_of(claim.row)])[claim.row % kRowsPerChunk];
  heads.claimed = true;
  ++claimed_;
  claim.generation = ++heads.generation;
  forget_slots(place(claim.row));
  set(claim.row, RowWord::within, kNoRow);
  set(claim.row, RowWord::survivors, 0);
  set(claim.row, RowWord::generation, claim.generation);
  return true;
}

void TrackedRows::give_back(uint32_t row) {
  (*heads_[chunk_of(row)])[row % kRowsPerChunk].claimed = false;
  set(row, RowWord::state, static_cast<uint32_t>(RowState::free));
  free_.push_back(row);
  --claimed_;
}

bool TrackedRows::is(const Claim& claim) const {
  if (chunk_of(claim.row) >= chunk_count_) return false;
  const Heads& heads = (*heads_[chunk_of(claim.row)])[claim.row % kRowsPerChunk];
  return heads.claimed && heads.generation == claim.generation;
}

std::span<std::byte> TrackedRows::chunk(uint32_t index) const {
  if (index >= chunk_count_) return {};
  return {chunks_[index], chunk_bytes()};
}

std::byte* TrackedRows::place(uint32_t row) const {
  return chunks_[chunk_of(row)] + kChunkHeaderBytes + row % kRowsPerChunk * kRowBytes;
}

void TrackedRows::set(uint32_t row, RowWord word, uint32_t value) { store_word(place(row), static_cast<size_t>(word), value); }

void TrackedRows::publish(uint32_t row, double at_seconds, const UseReading& reading) {
  uint32_t& head = (*heads_[chunk_of(row)])[row % kRowsPerChunk].use;
  const uint32_t next = head + 1;
  fill(place(row) + kUseOffset + next % kUseSlots * slot_bytes(kUseValues), at_seconds, reading);
  head = next;
  set(row, RowWord::use_head, next);
}

void TrackedRows::publish(uint32_t row, double at_seconds, const DetailReading& reading) {
  uint32_t& head = (*heads_[chunk_of(row)])[row % kRowsPerChunk].detail;
  const uint32_t next = head + 1;
  fill(place(row) + kDetailOffset + next % kDetailSlots * slot_bytes(kDetailValues), at_seconds, reading);
  head = next;
  set(row, RowWord::detail_head, next);
}

void TrackedRows::end(uint32_t row, double at_seconds, uint32_t survivors) {
  store(reinterpret_cast<double*>(place(row) + kEndedAtByte), at_seconds);
  set(row, RowWord::survivors, survivors);
  set(row, RowWord::state, static_cast<uint32_t>(RowState::ended));
}

void TrackedRows::abandon() {
  free_.clear();
  for (uint32_t row = 0; row < chunk_count_ * kRowsPerChunk; ++row) {
    (*heads_[chunk_of(row)])[row % kRowsPerChunk].claimed = false;
    free_.push_back(row);
  }
  claimed_ = 0;
}

}  // namespace plimsoll
