// Windows tells when physical memory runs low, by an object that is signalled as long as it does. See ../pressure_watch.h.
// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-creatememoryresourcenotification
#include "../pressure_watch.h"

#include "../clock.h"
#include "api.h"
#include "low_memory.h"

#include <vector>

namespace plimsoll {
namespace {

constexpr DWORD kLookMs = static_cast<DWORD>(1000 * windows_os::kLowMemoryLookSeconds);
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
    notices_.arm(triggers);
    is_low_ = false;  // whoever is new is told at once if it is
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
    const DWORD event = is_low_ ? WaitForSingleObject(wake_, kLookMs) : WaitForMultipleObjects(2, either, FALSE, INFINITE);
    if (event == WAIT_FAILED) Sleep(kLookMs);  // or it would fail again and again
    BOOL low = FALSE;
    is_low_ = QueryMemoryResourceNotification(low_, &low) != 0 && low != FALSE;
    if (!is_low_) return;
    const double now = monotonic_seconds();
    for (size_t i = 0; i < servings_.size(); ++i) {
      if (servings_[i].reason == Reason::known && notices_.due(i, now)) sink.pressure(i);
    }
  }

  void wake() override { SetEvent(wake_); }

 private:
  HANDLE wake_;
  HANDLE low_;
  bool is_low_ = false;
  windows_os::LowMemoryNotices notices_;
  std::vector<Serving> servings_;
  Serving no_memory_events_;
};

}  // namespace

std::unique_ptr<PressureWatch> PressureWatch::open() { return std::make_unique<WindowsPressureWatch>(); }

}  // namespace plimsoll
