// See ring.h. Every word that a reader may load while it is written goes through an atomic store: ThreadSanitizer agrees.
#include "ring.h"

#include <array>
#include <atomic>
#include <limits>

namespace plimsoll {
namespace {

constexpr size_t reason_bytes(Rhythm rhythm) { return (fields_in(rhythm) + 7) / 8 * 8; }

constexpr size_t stride_of(Rhythm rhythm) {
  const size_t doubles = 1 + fields_in(rhythm);
  const size_t rows = rhythm == Rhythm::gauge ? 1 + kLoopRows * kLoopRowValues : 0;
  return (doubles + rows) * sizeof(double) + reason_bytes(rhythm);
}

constexpr size_t offset_of(Rhythm rhythm) {
  size_t offset = kHeaderWords * sizeof(int32_t);
  for (size_t before = 0; before < index_of(rhythm); ++before) offset += kSlotCount * stride_of(static_cast<Rhythm>(before));
  return offset;
}

constexpr Rhythm kRhythms[] = {Rhythm::gauge, Rhythm::rate, Rhythm::slow};

// At compile time: the sums above go over all fields.
constexpr size_t kOffsets[kRhythmCount] = {offset_of(Rhythm::gauge), offset_of(Rhythm::rate), offset_of(Rhythm::slow)};
constexpr size_t kStrides[kRhythmCount] = {stride_of(Rhythm::gauge), stride_of(Rhythm::rate), stride_of(Rhythm::slow)};
constexpr size_t kFieldsIn[kRhythmCount] = {fields_in(Rhythm::gauge), fields_in(Rhythm::rate), fields_in(Rhythm::slow)};

// The fields of each rhythm, in their order.
constexpr auto kFieldsOf = [] {
  std::array<std::array<Field, kFieldCount>, kRhythmCount> all{};
  for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) {
    size_t count = 0;
    for (size_t index = 0; index < kFieldCount; ++index) {
      if (index_of(kFields[index].rhythm) == rhythm) all[rhythm][count++] = static_cast<Field>(index);
    }
  }
  return all;
}();

void store(double* place, double value) { std::atomic_ref(*place).store(value, std::memory_order_relaxed); }

}  // namespace

size_t Ring::byte_length() { return offset_of(Rhythm::slow) + kSlotCount * stride_of(Rhythm::slow); }

Ring::Ring(std::byte* memory) : memory_(memory) {
  store_word(static_cast<size_t>(HeaderWord::layout_id), kLayoutId);
  store_word(static_cast<size_t>(HeaderWord::slot_count), kSlotCount);
  store_word(static_cast<size_t>(HeaderWord::field_count), kFieldCount);
  store_word(static_cast<size_t>(HeaderWord::loop_rows), kLoopRows);
  for (const Rhythm rhythm : kRhythms) {
    store_word(rhythm, RhythmWord::offset, static_cast<uint32_t>(offset_of(rhythm)));
    store_word(rhythm, RhythmWord::stride, static_cast<uint32_t>(stride_of(rhythm)));
    store_word(rhythm, RhythmWord::fields, static_cast<uint32_t>(fields_in(rhythm)));
  }
  restart(0);
  store_word(static_cast<size_t>(HeaderWord::magic), kMagic);
}

void Ring::restart(uint32_t pid) {
  store_word(static_cast<size_t>(HeaderWord::pid), pid);
  for (const Rhythm rhythm : kRhythms) {
    for (uint32_t number = 0; number < kSlotCount; ++number) {
      store(reinterpret_cast<double*>(slot(rhythm, number)), std::numeric_limits<double>::quiet_NaN());
    }
  }
}

void Ring::set_interval(Rhythm rhythm, uint32_t interval_ms) { store_word(rhythm, RhythmWord::interval_ms, interval_ms); }

void Ring::publish(Rhythm rhythm, double read_at_seconds, const Sample& sample, std::span<const LoopRow> loops) {
  const uint32_t next = heads_[index_of(rhythm)] + 1;
  auto* place = reinterpret_cast<double*>(slot(rhythm, next));
  const size_t count = kFieldsIn[index_of(rhythm)];
  auto* reasons = reinterpret_cast<uint8_t*>(place + 1 + count);
  store(place++, read_at_seconds);
  for (size_t index = 0; index < count; ++index) {
    const Field field = kFieldsOf[index_of(rhythm)][index];
    store(place++, sample.value(field));
    std::atomic_ref(*reasons++).store(static_cast<uint8_t>(sample.reason(field)), std::memory_order_relaxed);
  }
  if (rhythm == Rhythm::gauge) {
    auto* rows = place + reason_bytes(rhythm) / sizeof(double);
    store(rows++, static_cast<double>(loops.size()));
    for (const LoopRow& row : loops) {
      store(rows++, row.thread_id);
      store(rows++, row.idle_seconds);
      store(rows++, row.longest_busy_seconds);
    }
  }
  heads_[index_of(rhythm)] = next;
  store_word(rhythm, RhythmWord::head, next);
}

void Ring::store_word(size_t word, uint32_t value) {
  auto* words = reinterpret_cast<uint32_t*>(memory_);
  std::atomic_ref(words[word]).store(value, std::memory_order_release);
}

void Ring::store_word(Rhythm rhythm, RhythmWord word, uint32_t value) {
  store_word(static_cast<size_t>(HeaderWord::rhythms) + index_of(rhythm) * kRhythmBlock + static_cast<size_t>(word), value);
}

std::byte* Ring::slot(Rhythm rhythm, uint32_t number) {
  return memory_ + kOffsets[index_of(rhythm)] + (number & (kSlotCount - 1)) * kStrides[index_of(rhythm)];
}

}  // namespace plimsoll
