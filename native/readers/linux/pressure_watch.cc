// What Linux tells by itself: PSI triggers of the host and of the own control group, memory events of its levels. See
// ../pressure_watch.h.
#include "../pressure_watch.h"

#include "../clock.h"
#include "cgroup.h"
#include "memory_watch.h"
#include "pressure_trigger.h"

#include <algorithm>
#include <cmath>
#include <poll.h>
#include <sys/eventfd.h>
#include <utility>
#include <vector>

namespace plimsoll::linux_os {
namespace {

constexpr double kLookAgainSeconds = 5;  // being moved to another group is not announced; nor is one that appears
constexpr double kAfterRemovalSeconds = 0.2;
constexpr double kQuietSeconds = 2;      // cgroup v1 tells of a level of reclaim again and again

class LinuxPressureWatch final : public PressureWatch {
 public:
  LinuxPressureWatch() : root_(SourceOptions{}), groups_(root_), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  void arm(std::span<const PressureTrigger> triggers, bool memory_events) override {
    const std::vector<PressureTrigger> before = std::exchange(triggers_, {triggers.begin(), triggers.end()});
    std::vector<ArmedTrigger> armed_before = std::exchange(armed_, {});
    armed_.resize(triggers_.size());
    const bool moved = look();
    for (size_t i = 0; i < triggers_.size(); ++i) {
      const auto known = static_cast<size_t>(std::find(before.begin(), before.end(), triggers_[i]) - before.begin());
      if (known < before.size()) armed_[i] = std::move(armed_before[known]);
    }
    wants_memory_ = memory_events;
    quiet_until_.assign(triggers_.size(), 0);
    arm_all(moved);
  }  // here the kernel is made to forget what nobody wants any more

  const Serving& serving(size_t trigger) const override { return armed_[trigger].serving; }
  const Serving& memory_serving() const override { return memory_.serving(); }

  void wait(PressureSink& sink) override {
    const double before = monotonic_seconds();
    const double until = std::min(look_again_at_, memory_.due());
    const int timeout_ms = static_cast<int>(std::ceil(std::clamp(until - before, 0.0, kLookAgainSeconds) * 1000));
    const int ready = poll(polls_.data(), polls_.size(), timeout_ms);
    const double now = monotonic_seconds();
    if (ready > 0 && handle(now, sink)) {
      groups_.look_again();
      something_gone_ = true;
      look_again_at_ = std::min(look_again_at_, now + kAfterRemovalSeconds);  // not at once: it may go on and on
    }
    memory_.tell(now, sink);
    if (now < look_again_at_ || !(look() || something_gone_)) return;
    something_gone_ = false;
    arm_all(true);
    sink.serving_changed();
  }

  void wake() override {
    const uint64_t one = 1;
    static_cast<void>(!write(wake_.number(), &one, sizeof one));
  }

 private:
  // Where the process is now. True if that is elsewhere than before.
  bool look() {
    const uint32_t generation = groups_.generation();
    root_.next_attempt();
    groups_.refresh();
    look_again_at_ = monotonic_seconds() + kLookAgainSeconds;
    return groups_.generation() != generation;
  }

  // A trigger of the host stays where it is; those of the own group do while the process has not moved.
  void arm_all(bool moved) {
    polls_.clear();
    if (!wake_) wake_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake_) return refuse_all();
    polls_.push_back({wake_.number(), POLLIN, 0});
    bool stand_in = false;
    for (size_t i = 0; i < triggers_.size(); ++i) {
      const bool stays = triggers_[i].source == PressureSource::system || !moved;
      if (!stays || !armed_[i].descriptor) armed_[i] = armed(triggers_[i]);
      polls_.push_back({armed_[i].descriptor.number(), POLLPRI, 0});
      stand_in = stand_in || may_stand_in(i);
    }
    const Placement& memory = groups_.of(Controller::memory);
    memory_.watch(memory, wants_memory_, stand_in);
    memory_.add_polls(polls_);
    for (size_t i = 0; i < triggers_.size(); ++i) {
      if (!may_stand_in(i) || memory_.reason_of_level(triggers_[i].level) != Reason::known) continue;
      armed_[i].serving = {.reason = Reason::known, .stall_ms = 0, .window_ms = 0, .from = memory.levels.front() + "/memory.pressure_level"};
    }
  }

  // Without a descriptor the thread could not be woken to end.
  void refuse_all() {
    for (ArmedTrigger& one : armed_) one = {{}, {.reason = Reason::internal, .stall_ms = 0, .window_ms = 0, .from = "no descriptor left"}};
    memory_.watch({}, false, false);
  }

  // cgroup v1's levels of reclaim, where the group has no stall information.
  bool may_stand_in(size_t trigger) const {
    const PressureTrigger& wanted = triggers_[trigger];
    return !armed_[trigger].descriptor && wanted.source == PressureSource::container && wanted.resource == PressureResource::memory;
  }

  ArmedTrigger armed(const PressureTrigger& trigger) const {
    if (trigger.source == PressureSource::system) {
      // The kernel takes it, and tells of something: its totals say 0, for which of a host's tasks are all of them?
      const bool senseless = trigger.resource == PressureResource::cpu && trigger.level == PressureLevel::full;
      if (senseless) return {{}, {.reason = Reason::unsupported, .stall_ms = 0, .window_ms = 0, .from = "/proc/pressure/cpu"}};
      return arm_trigger("/proc/pressure", trigger);
    }
    const Placement& own = groups_.unified();
    if (own.known()) return arm_trigger(own.levels.front(), trigger);
    return {{}, {.reason = own.reason, .stall_ms = 0, .window_ms = 0, .from = "no control group of v2 found"}};
  }

  bool handle(double now, PressureSink& sink) {
    if (polls_[0].revents != 0) {
      uint64_t ignored = 0;
      static_cast<void>(!read(wake_.number(), &ignored, sizeof ignored));
    }
    bool gone = false, some = false, full = false;
    for (size_t i = 0; i < triggers_.size(); ++i) {
      pollfd& polled = polls_[i + 1];
      if ((polled.revents & POLLERR) != 0) {
        armed_[i].descriptor = {};  // the group was removed
        polled.fd = -1;
        gone = true;
      } else if ((polled.revents & POLLPRI) != 0) {
        sink.pressure(i);
      }
    }
    const std::span memory_polls(polls_.begin() + static_cast<ptrdiff_t>(triggers_.size()) + 1, polls_.end());
    gone = memory_.handle(memory_polls, now, sink, some, full) || gone;
    if (some) level(PressureLevel::some, now, sink);
    if (full) level(PressureLevel::full, now, sink);
    return gone;
  }

  // Those triggers that cgroup v1's levels of reclaim stand in for.
  void level(PressureLevel level, double now, PressureSink& sink) {
    for (size_t i = 0; i < triggers_.size(); ++i) {
      const bool stands_in = !armed_[i].descriptor && armed_[i].serving.reason == Reason::known;
      if (!stands_in || triggers_[i].level != level || now < quiet_until_[i]) continue;
      quiet_until_[i] = now + kQuietSeconds;
      sink.pressure(i);
    }
  }

  Root root_;
  ControlGroups groups_;
  Descriptor wake_;
  std::vector<PressureTrigger> triggers_;
  bool wants_memory_ = false;
  std::vector<ArmedTrigger> armed_;  // as triggers_
  std::vector<double> quiet_until_;  // as triggers_
  MemoryWatch memory_;
  std::vector<pollfd> polls_;  // the wake, the triggers, the memory's; -1 is passed over
  double look_again_at_ = 0;
  bool something_gone_ = false;
};

}  // namespace
}  // namespace plimsoll::linux_os

namespace plimsoll {

std::unique_ptr<PressureWatch> PressureWatch::open() { return std::make_unique<linux_os::LinuxPressureWatch>(); }

}  // namespace plimsoll
