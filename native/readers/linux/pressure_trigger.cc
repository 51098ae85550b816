// See pressure_trigger.h. Containers mostly see their pressure files on a read-only mount; then nobody but who polls the
// totals knows.
#include "pressure_trigger.h"

#include "kept_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace plimsoll::linux_os {
namespace {

constexpr const char* kResources[] = {"cpu", "memory", "io"};
constexpr uint32_t kUnprivilegedStepMs = 2000;
constexpr uint32_t kLongestWindowMs = 10'000;

std::string path_of(const std::string& directory, PressureResource resource) {
  const std::string name = kResources[static_cast<size_t>(resource)];
  return directory + '/' + name + (directory == "/proc/pressure" ? "" : ".pressure");
}

// The kernel turns the last byte into a NUL, so the NUL that ends the text is written too. 0, or errno.
int write_trigger(int descriptor, const PressureTrigger& trigger, uint32_t window_ms) {
  const std::string text = std::string(trigger.level == PressureLevel::some ? "some " : "full ") +
                           std::to_string(trigger.stall_ms * 1000ull) + ' ' + std::to_string(window_ms * 1000ull);
  return write(descriptor, text.c_str(), text.size() + 1) < 0 ? errno : 0;
}

Reason refusal(int error_number) { return error_number == EROFS ? Reason::denied : reason_of(error_number); }

}  // namespace

uint32_t unprivileged_window(uint32_t window_ms) {
  const uint32_t steps = (window_ms + kUnprivilegedStepMs - 1) / kUnprivilegedStepMs;
  return std::min(std::max(steps, 1u) * kUnprivilegedStepMs, kLongestWindowMs);
}

ArmedTrigger arm_trigger(const std::string& directory, const PressureTrigger& trigger) {
  const std::string path = path_of(directory, trigger.resource);
  ArmedTrigger armed{{}, {.reason = Reason::known, .stall_ms = trigger.stall_ms, .window_ms = trigger.window_ms, .from = path}};
  Descriptor descriptor(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!descriptor) {
    armed.serving.reason = refusal(errno);
    return armed;
  }
  int error_number = write_trigger(descriptor.number(), trigger, trigger.window_ms);
  const uint32_t longer = unprivileged_window(trigger.window_ms);
  if (error_number == EINVAL && longer != trigger.window_ms) {
    // The same stall in a longer window tells of all that was asked for, and of some more; the event says its window.
    armed.serving.window_ms = longer;
    error_number = write_trigger(descriptor.number(), trigger, longer);
  }
  if (error_number != 0) {
    armed.serving.reason = refusal(error_number);
    return armed;
  }
  armed.descriptor = std::move(descriptor);
  return armed;
}

}  // namespace plimsoll::linux_os
