// What a field is: the enum, its description and its place in a slot, all made from fields.def at compile time.
// Any thread: constants only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plimsoll {

enum class Kind : uint8_t { counter, gauge, limit };
enum class Unit : uint8_t { seconds, bytes, count, cores };
enum class Rhythm : uint8_t { gauge, rate, slow };
inline constexpr size_t kRhythmCount = 3;

enum class Field : uint16_t {
#define FIELD(id, name, kind, unit, rhythm, text) id,
#include "fields.def"
#undef FIELD
};

enum class Reason : uint8_t {
#define REASON(id, name, text) id,
#include "reasons.def"
#undef REASON
};

struct FieldInfo {
  std::string_view name;
  Kind kind;
  Unit unit;
  Rhythm rhythm;
};

inline constexpr auto kFields = std::to_array<FieldInfo>({
#define FIELD(id, name, kind, unit, rhythm, text) {name, Kind::kind, Unit::unit, Rhythm::rhythm},
#include "fields.def"
#undef FIELD
});
inline constexpr size_t kFieldCount = kFields.size();

constexpr size_t index_of(Field field) { return static_cast<size_t>(field); }
constexpr size_t index_of(Rhythm rhythm) { return static_cast<size_t>(rhythm); }
constexpr const FieldInfo& info(Field field) { return kFields[index_of(field)]; }

constexpr size_t fields_in(Rhythm rhythm) {
  size_t count = 0;
  for (const auto& field : kFields) count += field.rhythm == rhythm ? 1 : 0;
  return count;
}

// The layout id: FNV-1a (32 bit) over this version and every field's name, kind, unit and rhythm in order.
// tools/generate-fields.mjs computes the same, so a binary and a script that disagree are told apart at load.
inline constexpr std::string_view kLayoutVersion = "plimsoll-ring-1";

namespace layout {
constexpr uint32_t mix(uint32_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return (hash ^ 0u) * 16777619u;  // a NUL between texts, so that "ab","c" and "a","bc" differ
}
constexpr uint32_t mix(uint32_t hash, uint8_t number) { return (hash ^ number) * 16777619u; }

constexpr uint32_t id() {
  uint32_t hash = mix(2166136261u, kLayoutVersion);
  for (const auto& field : kFields) {
    hash = mix(hash, field.name);
    hash = mix(hash, static_cast<uint8_t>(field.kind));
    hash = mix(hash, static_cast<uint8_t>(field.unit));
    hash = mix(hash, static_cast<uint8_t>(field.rhythm));
  }
  return hash;
}
}  // namespace layout

inline constexpr uint32_t kLayoutId = layout::id();

}  // namespace plimsoll
