// macOS tells of memory pressure as a level, through libdispatch, when it changes. See ../pressure_watch.h. A dispatch queue of
// our own runs the handler, which rings; our thread hands on, and reads each second whether a raised level still is. Who is told
// of what: pressure_level.h. Built and link-checked, not run.
// https://developer.apple.com/documentation/dispatch/dispatch_source_type_memorypressure
#include "../pressure_watch.h"

#include "../clock.h"
#include "../thread.h"
#include "pressure_level.h"
#include "sysctl.h"

#include <algorithm>
#include <atomic>
#include <dispatch/dispatch.h>
#include <vector>

namespace plimsoll {
namespace darwin_os {
namespace {

static_assert(DISPATCH_MEMORYPRESSURE_NORMAL == kNormalLevel && DISPATCH_MEMORYPRESSURE_WARN == kWarningLevel);
static_assert(DISPATCH_MEMORYPRESSURE_CRITICAL == kCriticalLevel);

constexpr double kLongestWaitSeconds = 3600;
constexpr const char* kFrom = "DISPATCH_SOURCE_TYPE_MEMORYPRESSURE, sysctl kern.memorystatus_vm_pressure_level";

class DarwinPressureWatch final : public PressureWatch {
 public:
  DarwinPressureWatch() : queue_(dispatch_queue_create("plimsoll.pressure", DISPATCH_QUEUE_SERIAL)) {
    constexpr uintptr_t levels = kNormalLevel | kWarningLevel | kCriticalLevel;
    if (queue_ != nullptr) source_ = dispatch_source_create(DISPATCH_SOURCE_TYPE_MEMORYPRESSURE, 0, levels, queue_);
    if (source_ == nullptr) return;
    dispatch_set_context(source_, this);
    dispatch_source_set_event_handler_f(source_, [](void* self) { static_cast<DarwinPressureWatch*>(self)->note(); });
    dispatch_resume(source_);
  }

  ~DarwinPressureWatch() override {
    if (source_ != nullptr) {
      dispatch_source_cancel(source_);
      dispatch_sync_f(queue_, nullptr, [](void*) {});  // a handler that is under way has ended then
      dispatch_release(source_);
    }
    if (queue_ != nullptr) dispatch_release(queue_);
  }

  void arm(std::span<const PressureTrigger> triggers, bool) override {
    levels_.arm(triggers);
    servings_.clear();
    for (const PressureTrigger& trigger : triggers) {
      Serving serving;
      serving.from = kFrom;
      if (knows_levels(trigger)) serving.reason = source_ != nullptr ? Reason::known : Reason::internal;
      servings_.push_back(serving);
    }
  }

  const Serving& serving(size_t trigger) const override { return servings_[trigger]; }
  const Serving& memory_serving() const override { return no_memory_events_; }
  void wait(PressureSink& sink) override {
    bell_.wait_until(std::min(levels_.look_at(), monotonic_seconds() + kLongestWaitSeconds));
    const uint64_t events = events_.exchange(0);
    for (const size_t trigger : levels_.look(events, level_now_.number(), monotonic_seconds())) {
      if (servings_[trigger].reason == Reason::known) sink.pressure(trigger);
    }
  }

  void wake() override { bell_.ring(); }

 private:
  void note() {
    events_ |= dispatch_source_get_data(source_);
    bell_.ring();
  }

  dispatch_queue_t queue_;
  dispatch_source_t source_ = nullptr;
  std::atomic<uint64_t> events_{0};
  Bell bell_;
  Sysctl level_now_{"kern.memorystatus_vm_pressure_level"};
  PressureLevels levels_;
  std::vector<Serving> servings_;
  Serving no_memory_events_;
};

}  // namespace
}  // namespace darwin_os

std::unique_ptr<PressureWatch> PressureWatch::open() { return std::make_unique<darwin_os::DarwinPressureWatch>(); }

}  // namespace plimsoll
