// Windows tells when physical memory runs low, by an object that is signalled as long as it does. See ../pressure_watch.h.
// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-creatememoryresourcenotification
#include "../pressure_watch.h"

#include "api.h"

#include <algorithm>
#include <vector>

namespace plimsoll {
namespace {

constexpr DWORD kLowStillMs = 1000;  // while it is low, it is looked at this often whether it still is
constexpr const char* kFrom = "CreateMemoryResourceNotification(LowMemoryResourceNotification)";

bool is_low_memory(const PressureTrigger& trigger) {
  return trigger.source == PressureSource::system && trigger.resource == PressureResource::memory &&
         trigger.level == PressureLevel::some;
}

class WindowsPressureWatch final : public PressureWatch {
 public:
  WindowsPressureWatch()
      : wake_(CreateEventW(nullptr, FALSE, FALSE, nullptr)), low_(CreateMemoryResourceNotification(LowMemoryResourceNotification)) {}
  ~WindowsPressureWatch() override {
    if (wake_ != nullptr) CloseHandle(wake_);
    if (low_ != nullptr) CloseHandle(low_);
  }

  void arm(std::span<const PressureTrigger> triggers, bool) override {
    triggers_.assign(triggers.begin(), triggers.end());
    servings_.clear();
    for (const PressureTrigger& trigger : triggers) {
      Serving serving;
      serving.from = kFrom;
      if (is_low_memory(trigger)) serving.reason = wake_ != nullptr && low_ != nullptr ? Reason::known : Reason::internal;
      servings_.push_back(serving);
    }
  }

  const Serving& serving(size_t trigger) const override { return servings_[trigger]; }
  const Serving& memory_serving() const override { return no_memory_events_; }
  void wait(PressureSink& sink) override {
    const HANDLE either[] = {wake_, low_};
    const DWORD event = is_low_ ? WaitForSingleObject(wake_, kLowStillMs) : WaitForMultipleObjects(2, either, FALSE, INFINITE);
    if (event == WAIT_FAILED) Sleep(kLowStillMs);  // or it would fail again and again
    const bool was_low = is_low_;
    BOOL low = FALSE;
    is_low_ = QueryMemoryResourceNotification(low_, &low) != 0 && low != FALSE;
    if (!is_low_ || was_low) return;
    for (size_t i = 0; i < servings_.size(); ++i) {
      if (servings_[i].reason == Reason::known) sink.pressure(i);
    }
  }

  void wake() override { SetEvent(wake_); }

 private:
  HANDLE wake_;
  HANDLE low_;
  bool is_low_ = false;
  std::vector<PressureTrigger> triggers_;
  std::vector<Serving> servings_;
  Serving no_memory_events_;
};

}  // namespace

std::unique_ptr<PressureWatch> PressureWatch::open() { return std::make_unique<WindowsPressureWatch>(); }

}  // namespace plimsoll
