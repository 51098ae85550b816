// The ring: layout, publishing, reasons, rows, restart. ThreadSanitizer runs the concurrent reading.
#include "../ring.h"
#include "check.h"

#include <atomic>
#include <thread>

using namespace plimsoll;

namespace {

struct Memory {
  std::vector<double> doubles = std::vector<double>(Ring::byte_length() / sizeof(double) + 1);
  std::byte* bytes() { return reinterpret_cast<std::byte*>(doubles.data()); }
  uint32_t word(size_t index) {
    return std::atomic_ref(reinterpret_cast<uint32_t*>(doubles.data())[index]).load(std::memory_order_acquire);
  }
  uint32_t block(Rhythm rhythm, RhythmWord which) {
    return word(static_cast<size_t>(HeaderWord::rhythms) + index_of(rhythm) * kRhythmBlock + static_cast<size_t>(which));
  }
  double* slot(Rhythm rhythm, uint32_t head) {
    const size_t place = block(rhythm, RhythmWord::offset) + (head % kSlotCount) * block(rhythm, RhythmWord::stride);
    return reinterpret_cast<double*>(bytes() + place);
  }
};

size_t place_of(Field field) {
  size_t place = 1;
  for (size_t i = 0; i < index_of(field); ++i) place += kFields[i].rhythm == info(field).rhythm ? 1 : 0;
  return place;
}

}  // namespace

TEST("ring: a published slot carries time, values and reasons; other rhythms stay untouched") {
  Memory memory;
  Ring ring(memory.bytes());
  Sample sample;
  sample.set(Field::memory_total_bytes, 4096);
  sample.fail(Field::memory_free_bytes, Reason::denied);
  ring.publish(Rhythm::gauge, 12.5, sample);
  CHECK_EQ(memory.block(Rhythm::gauge, RhythmWord::head), 1u);
  CHECK_EQ(memory.block(Rhythm::rate, RhythmWord::head), 0u);
  const double* slot = memory.slot(Rhythm::gauge, 1);
  CHECK_EQ(slot[0], 12.5);
  CHECK_EQ(slot[place_of(Field::memory_total_bytes)], 4096.0);
  CHECK(std::isnan(slot[place_of(Field::memory_free_bytes)]));
  const auto* reasons = reinterpret_cast<const uint8_t*>(slot + 1 + fields_in(Rhythm::gauge));
  CHECK_EQ(static_cast<int>(reasons[place_of(Field::memory_free_bytes) - 1]), static_cast<int>(Reason::denied));
  CHECK_EQ(static_cast<int>(reasons[place_of(Field::memory_total_bytes) - 1]), static_cast<int>(Reason::known));
}

TEST("ring: header says what a reader must know") {
  Memory memory;
  Ring ring(memory.bytes());
  CHECK_EQ(memory.word(0), kMagic);
  CHECK_EQ(memory.word(1), kLayoutId);
  CHECK_EQ(memory.word(2), kSlotCount);
  size_t all = 0;
  for (const Rhythm rhythm : {Rhythm::gauge, Rhythm::rate, Rhythm::slow}) all += memory.block(rhythm, RhythmWord::fields);
  CHECK_EQ(all, kFieldCount);
}

TEST("ring: restart forgets every slot but not the count") {
  Memory memory;
  Ring ring(memory.bytes());
  const Sample sample;
  for (int i = 0; i < 200; ++i) ring.publish(Rhythm::rate, i, sample);
  ring.restart(77);
  CHECK_EQ(memory.word(4), 77u);
  CHECK_EQ(ring.head(Rhythm::rate), 200u);
  for (uint32_t head = 0; head < kSlotCount; ++head) CHECK(std::isnan(memory.slot(Rhythm::rate, head)[0]));
}

TEST("ring: rows of loops stand behind the gauges") {
  Memory memory;
  Ring ring(memory.bytes());
  const LoopRow rows[] = {{3, 1.5, 0.25}, {9, 2.5, 0.5}};
  ring.publish(Rhythm::gauge, 1, Sample{}, rows);
  const double* found = memory.slot(Rhythm::gauge, 1) + 1 + fields_in(Rhythm::gauge) + (fields_in(Rhythm::gauge) + 7) / 8;
  CHECK_EQ(found[0], 2.0);
  CHECK_EQ(found[1], 3.0);
  CHECK_EQ(found[6], 0.5);
}

TEST("ring: the newest slot is always whole while the writer goes on") {
  Memory memory;
  Ring ring(memory.bytes());
  std::atomic<bool> done{false};
  std::thread writer([&] {
    Sample sample;
    for (int i = 1; i <= 20000; ++i) {
      for (size_t field = 0; field < kFieldCount; ++field) sample.set(static_cast<Field>(field), i);
      ring.publish(Rhythm::rate, i, sample);
    }
    done = true;
  });
  int torn = 0;
  const auto load = [](double* place) { return std::atomic_ref(*place).load(std::memory_order_relaxed); };
  while (!done) {
    const uint32_t head = memory.block(Rhythm::rate, RhythmWord::head);
    if (head == 0) continue;
    double* slot = memory.slot(Rhythm::rate, head);
    const double first = load(slot), last = load(slot + fields_in(Rhythm::rate));
    const uint32_t after = memory.block(Rhythm::rate, RhythmWord::head);
    if (after - head < kSlotCount / 2 && first != last) ++torn;
  }
  writer.join();
  CHECK_EQ(torn, 0);
}

TEST("fields: identifiers, names and layout") {
  CHECK_EQ(info(Field::cpu_user_seconds_total).name, std::string_view("cpu.user_seconds_total"));
  for (const auto& field : kFields) {
    CHECK_EQ(field.kind == Kind::counter, field.name.ends_with("_total"));
    CHECK_EQ(field.unit == Unit::bytes, field.name.find("_bytes") != std::string_view::npos);
    CHECK_EQ(field.unit == Unit::seconds, field.name.find("_seconds") != std::string_view::npos);
  }
}
