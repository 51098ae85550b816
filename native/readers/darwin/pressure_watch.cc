// macOS tells of memory pressure as a level, through libdispatch. See ../pressure_watch.h. A dispatch queue of our own runs
// the handler, which rings; our thread hands on. Built and link-checked, not run.
// https://developer.apple.com/documentation/dispatch/dispatch_source_type_memorypressure
#include "../pressure_watch.h"

#include "../clock.h"
#include "../thread.h"

#include <atomic>
#include <dispatch/dispatch.h>
#include <vector>

namespace plimsoll {
namespace {

constexpr double kLongestWaitSeconds = 3600;
constexpr const char* kFrom = "DISPATCH_SOURCE_TYPE_MEMORYPRESSURE";

bool is_memory(const PressureTrigger& trigger) {
  return trigger.source == PressureSource::system && trigger.resource == PressureResource::memory;
}

class DarwinPressureWatch final : public PressureWatch {
 public:
  DarwinPressureWatch() : queue_(dispatch_queue_create("plimsoll.pressure", DISPATCH_QUEUE_SERIAL)) {
    constexpr uintptr_t levels = DISPATCH_MEMORYPRESSURE_WARN | DISPATCH_MEMORYPRESSURE_CRITICAL;
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
    triggers_.assign(triggers.begin(), triggers.end());
    servings_.clear();
    for (const PressureTrigger& trigger : triggers) {
      Serving serving;
      serving.from = kFrom;
      if (is_memory(trigger)) serving.reason = source_ != nullptr ? Reason::known : Reason::internal;
      servings_.push_back(serving);
    }
  }

  const Serving& serving(size_t trigger) const override { return servings_[trigger]; }
  const Serving& memory_serving() const override { return no_memory_events_; }
  void wait(PressureSink& sink) override {
    bell_.wait_until(monotonic_seconds() + kLongestWaitSeconds);
    const uintptr_t levels = levels_.exchange(0);
    for (size_t i = 0; i < triggers_.size(); ++i) {
      const bool some = triggers_[i].level == PressureLevel::some;
      const bool told = (levels & (some ? DISPATCH_MEMORYPRESSURE_WARN : DISPATCH_MEMORYPRESSURE_CRITICAL)) != 0;
      if (told && servings_[i].reason == Reason::known) sink.pressure(i);
    }
  }

  void wake() override { bell_.ring(); }

 private:
  void note() {
    levels_ |= dispatch_source_get_data(source_);
    bell_.ring();
  }

  dispatch_queue_t queue_;
  dispatch_source_t source_ = nullptr;
  std::atomic<uintptr_t> levels_{0};
  Bell bell_;
  std::vector<PressureTrigger> triggers_;
  std::vector<Serving> servings_;
  Serving no_memory_events_;
};

}  // namespace

std::unique_ptr<PressureWatch> PressureWatch::open() { return std::make_unique<DarwinPressureWatch>(); }

}  // namespace plimsoll
