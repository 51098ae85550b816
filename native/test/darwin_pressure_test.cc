// Levels of memory pressure as macOS tells of them, for readers/darwin/pressure_level.h.
#include "../readers/darwin/pressure_level.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::darwin_os;

namespace {

using Told = std::vector<size_t>;

constexpr PressureTrigger memory(PressureLevel level) { return {PressureSource::system, PressureResource::memory, level, 100, 2000}; }
constexpr PressureTrigger kSome = memory(PressureLevel::some), kFull = memory(PressureLevel::full);

Told told(PressureLevels& levels, uint64_t events, Result<uint64_t> now, double at_seconds) {
  const auto triggers = levels.look(events, now, at_seconds);
  return {triggers.begin(), triggers.end()};
}

PressureLevels armed(std::initializer_list<PressureTrigger> triggers) {
  PressureLevels levels;
  levels.arm(std::vector(triggers));
  return levels;
}

}  // namespace

TEST("darwin pressure: a critical level is a warning too") {
  CHECK(!tells(kNormalLevel, kSome) && !tells(kNormalLevel, kFull));
  CHECK(tells(kWarningLevel, kSome) && !tells(kWarningLevel, kFull));
  CHECK(tells(kCriticalLevel, kSome) && tells(kCriticalLevel, kFull));
}

TEST("darwin pressure: levels are the machine's, and memory's") {
  for (PressureTrigger trigger : {kSome, kFull}) {
    trigger.resource = PressureResource::io;
    CHECK(!tells(kCriticalLevel, trigger));
    trigger.resource = PressureResource::memory;
    trigger.source = PressureSource::container;
    CHECK(!tells(kCriticalLevel, trigger));
  }
}

TEST("darwin pressure: from normal to critical at once, both triggers are told") {
  auto levels = armed({kSome, kFull});
  CHECK(told(levels, 0, kNormalLevel, 10).empty());
  CHECK(told(levels, kCriticalLevel, kCriticalLevel, 11) == (Told{0, 1}));
}

TEST("darwin pressure: told each second while it lasts, and not after") {
  auto levels = armed({kSome, kFull});
  CHECK(told(levels, kWarningLevel, kWarningLevel, 10) == Told{0});
  CHECK_EQ(levels.look_at(), 11.0);
  CHECK(told(levels, 0, kWarningLevel, 10.5).empty());  // somebody woke the thread
  CHECK_EQ(levels.look_at(), 11.0);
  CHECK(told(levels, 0, kWarningLevel, 11) == Told{0});
  CHECK(told(levels, kCriticalLevel, kCriticalLevel, 11.25) == Told{1});  // the graver one waits for nothing
  CHECK_EQ(levels.look_at(), 12.0);
  CHECK(told(levels, 0, kCriticalLevel, 12) == Told{0});
  CHECK_EQ(levels.look_at(), 12.25);
  CHECK(told(levels, kNormalLevel, kNormalLevel, 12.125).empty());
  CHECK(std::isinf(levels.look_at()));
}

TEST("darwin pressure: a level that is over before anybody looks is told once") {
  auto levels = armed({kSome, kFull});
  CHECK(told(levels, kCriticalLevel | kNormalLevel, kNormalLevel, 10) == (Told{0, 1}));
  CHECK(std::isinf(levels.look_at()));
}

TEST("darwin pressure: who comes while the level is raised is told at once, the others not twice") {
  auto levels = armed({kFull});
  CHECK(told(levels, 0, kCriticalLevel, 10) == Told{0});
  levels.arm(std::vector{kSome, kFull});
  CHECK(levels.look_at() < 10.25);
  CHECK(told(levels, 0, kCriticalLevel, 10.25) == Told{0});
  CHECK(told(levels, 0, kCriticalLevel, 11) == Told{1});
}

TEST("darwin pressure: where the level cannot be read, the last event stands") {
  auto levels = armed({kSome});
  CHECK(told(levels, 0, Reason::denied, 10).empty());
  CHECK(told(levels, kWarningLevel, Reason::denied, 11) == Told{0});
  CHECK(told(levels, 0, Reason::denied, 12) == Told{0});
  CHECK(told(levels, kNormalLevel, Reason::denied, 12.5).empty());
  CHECK(told(levels, 0, Reason::denied, 14).empty());
}
