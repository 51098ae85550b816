// Pressure that the kernel tells of by itself: stalls, low memory, counts of a container's memory events. Each
// readers/<os>/pressure_watch.cc defines open().
//
// Threads: made on a thread of JavaScript; armed and waited for on one of its own. Only wake() is for any thread. What the system does not offer is said with a reason, as readers do.
#pragma once

#include "../fields.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace plimsoll {

// Order is the form of events.h.
enum class PressureSource : uint8_t { system, container };
enum class PressureResource : uint8_t { cpu, memory, io };
enum class PressureLevel : uint8_t { some, full };
enum class MemoryEvent : uint8_t { low, high, max, oom, oom_kill };
inline constexpr size_t kMemoryEvents = 5;

// Tasks waited for at least `stall_ms` within `window_ms`. Systems that know levels instead of stalls serve memory alone, and
// their numbers are 0: `some` for a warning (a critical level is one too) or low memory, `full` for critical.
struct PressureTrigger {
  PressureSource source{};
  PressureResource resource{};
  PressureLevel level{};
  uint32_t stall_ms = 0;
  uint32_t window_ms = 0;

  bool operator==(const PressureTrigger&) const = default;
};

// What serves a wish: `known` where the kernel tells by itself, else why it does not.
struct Serving {
  Reason reason = Reason::unsupported;
  uint32_t stall_ms = 0;   // as the kernel took it
  uint32_t window_ms = 0;  // may be longer than what was wished
  std::string from;
};

// Called by the thread that waits.
class PressureSink {
 public:
  virtual void pressure(size_t trigger) = 0;
  virtual void memory(MemoryEvent event, double count, size_t levels_up) = 0;  // 0: the own group
  virtual void serving_changed() = 0;

 protected:
  ~PressureSink() = default;
};

class PressureWatch {
 public:
  virtual ~PressureWatch() = default;
  static std::unique_ptr<PressureWatch> open();

  // What was armed before and is still wanted stays as it is. May take long.
  virtual void arm(std::span<const PressureTrigger> triggers, bool memory_events) = 0;
  virtual const Serving& serving(size_t trigger) const = 0;
  virtual const Serving& memory_serving() const = 0;

  // Until something happened, somebody woke it, or it is time to look whether the sources are still the right ones.
  virtual void wait(PressureSink& sink) = 0;
  virtual void wake() = 0;  // any thread
};

}  // namespace plimsoll
