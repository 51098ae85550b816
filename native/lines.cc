// See lines.h.
#include "lines.h"

#include <cmath>

namespace plimsoll {
namespace {

uint8_t bit(Field field) { return static_cast<uint8_t>(1u << index_of(info(field).rhythm)); }

const Ceiling* ceiling_of(Field field, std::span<const Ceiling> ceilings) {
  for (const Ceiling& ceiling : ceilings) {
    if (ceiling.field == field) return &ceiling;
  }
  return nullptr;
}

}  // namespace

double threshold_of(const Line& line, double other) { return line.relative ? line.factor * other : line.factor; }

LineState compare(const Line& line, double value, double other) {
  const double threshold = threshold_of(line, other);
  if (std::isnan(value) || std::isnan(threshold)) return LineState::unknown;
  return (line.below ? value <= threshold : value >= threshold) ? LineState::beyond : LineState::short_of;
}

Lines::Lines(const std::vector<Line>& lines) {
  watched_.reserve(lines.size());
  for (const Line& line : lines) {
    Watched watched;
    watched.line = line;
    watched.rhythms = bit(line.field);
    if (line.relative) watched.rhythms |= bit(line.other);
    watched_.push_back(watched);
  }
}

// A derived gauge is anywhere between 0 and its ceiling until its slow inputs are read anew. Where the ceiling is short of
// the line, so is the gauge; and where it has reached a line from above, the gauge may be on either side.
bool Lines::undecided(const Sample& sample, std::span<const Ceiling> ceilings) const {
  for (const Watched& watched : watched_) {
    const Ceiling* ceiling = ceiling_of(watched.line.field, ceilings);
    if (ceiling == nullptr) continue;
    double other = 0;
    if (watched.line.relative) {
      const Ceiling* bound = ceiling_of(watched.line.other, ceilings);
      other = bound != nullptr ? bound->most : sample.value(watched.line.other);
    }
    if (ceiling->most >= threshold_of(watched.line, other)) return true;
  }
  return false;
}

bool Lines::compare(const Due& read, const Sample& sample) {
  unsigned rhythms = 0;
  for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) rhythms |= static_cast<unsigned>(read[rhythm]) << rhythm;
  bool changed = false;
  for (Watched& watched : watched_) {
    if (!fresh_ && (watched.rhythms & rhythms) == 0) continue;
    const Line& line = watched.line;
    const LineState now = plimsoll::compare(line, sample.value(line.field), line.relative ? sample.value(line.other) : 0);
    if (fresh_) watched.state = watched.told = now == LineState::beyond ? LineState::short_of : now;
    if (now == watched.state) continue;
    watched.state = now;
    changed = true;
  }
  fresh_ = false;
  return changed;
}

void Lines::tell() {
  for (Watched& watched : watched_) watched.told = watched.state;
}

size_t Lines::untold_emergency() const {
  for (size_t index = 0; index < watched_.size(); ++index) {
    const Watched& watched = watched_[index];
    if (watched.line.emergency && watched.state == LineState::beyond && watched.told != LineState::beyond) return index;
  }
  return watched_.size();
}

}  // namespace plimsoll
