// Tables for readers/windows/low_memory.h.
#include "../readers/windows/low_memory.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::windows_os;

namespace {

PressureTrigger trigger(uint32_t window_ms) {
  return {PressureSource::system, PressureResource::memory, PressureLevel::some, window_ms / 10, window_ms};
}

}  // namespace

TEST("windows low memory: told at each look as long as it lasts, whatever the window") {
  const PressureTrigger triggers[] = {trigger(0), trigger(500), trigger(10000)};
  LowMemoryNotices notices;
  notices.arm(triggers);
  int told[3] = {};
  for (int look = 0; look < 7; ++look) {
    for (size_t i = 0; i < 3; ++i) told[i] += notices.due(i, 1000 + look * 0.995) ? 1 : 0;  // each wait ends a little early
  }
  CHECK_EQ(told[0], 7);
  CHECK_EQ(told[1], 7);
  CHECK_EQ(told[2], 7);
  CHECK(notices.due(0, 2000));
  CHECK(!notices.due(0, 2000.3));  // it was not low for a moment
  CHECK(notices.due(0, 2001));
}

TEST("windows low memory: who subscribes while it is low is told, the others keep their pace") {
  const PressureTrigger before[] = {trigger(2000)};
  const PressureTrigger after[] = {trigger(1000), trigger(2000)};
  LowMemoryNotices notices;
  notices.arm(before);
  CHECK(notices.due(0, 1000));
  notices.arm(after);
  CHECK(notices.due(0, 1000.5));
  CHECK(!notices.due(1, 1000.5));
  CHECK(notices.due(1, 1001));
}
