// See watchdog.h.
#include "watchdog.h"

#include "listeners.h"
#include "readers/clock.h"
#include "report.h"

namespace plimsoll {

bool Watchdog::check(const BusyStretch& stretch, const Lines& lines, const Tick& tick, EventQueue& queue) {
  const double two_ticks = tick.at_seconds - ticked_at_[0];
  const bool ticked_twice = ticked_at_[0] > 0;
  ticked_at_ = {ticked_at_[1], tick.at_seconds};
  for (const Reason reason : {loop, line}) {
    if (told_[reason] != nullptr && reported_[reason] == stretch.id) (*told_[reason])[3] = stretch.seconds * 1000;
  }
  bool news = false;
  if (stretch.seconds >= blocked_seconds_) news = report(loop, stretch, lines, lines.size(), tick, queue);
  if (!ticked_twice || stretch.seconds < two_ticks) return news;
  const size_t index = lines.untold_emergency();
  if (index < lines.size()) news = report(line, stretch, lines, index, tick, queue) || news;
  return news;
}

bool Watchdog::report(Reason reason, const BusyStretch& stretch, const Lines& lines, size_t index, const Tick& tick,
                      EventQueue& queue) {
  if (reported_[reason] == stretch.id) return false;
  reported_[reason] = stretch.id;
  Event event = make_event(EventKind::blocked, tick.at_seconds);
  event[2] = stretch.since_seconds;
  event[3] = stretch.seconds * 1000;
  event[4] = reason == line ? 1 : 0;
  event[5] = reason == line ? static_cast<double>(index) : -1;
  event[6] = write(reason, stretch, lines, index, tick) ? 1 : 0;
  told_[reason] = queue.push(event);
  return true;
}

bool Watchdog::write(Reason reason, const BusyStretch& stretch, const Lines& lines, size_t index, const Tick& tick) const {
  if (descriptor_ == kNoDescriptor) return false;
  ReportText text;
  text.add(opening_).add(",\"reason\":").add(reason == loop ? "\"loop\"" : "\"line\"");
  text.add(",\"blockedMs\":").add(stretch.seconds * 1000).add(",\"timestamp\":").add(wall_seconds() * 1000);
  if (reason == line) {
    const Line& crossed = lines.line(index);
    text.add(",\"line\":").add(static_cast<double>(index)).add(",\"field\":\"").add(info(crossed.field).name);
    text.add("\",\"value\":").add(tick.sample.value(crossed.field));
    text.add(",\"threshold\":").add(threshold_of(crossed, crossed.relative ? tick.sample.value(crossed.other) : 0));
  }
  text.add("}\n");
  return text.fits() && send_report(descriptor_, text.text());
}

}  // namespace plimsoll
