// A sum over devices that only ever grows: counters of one kind, added over CPUs, disks, interfaces, threads or levels.
// Sampler thread only.
//
// The first reading is the raw sum. After that each device adds max(0, now - before) per counter, so a device that
// appears later starts at 0, one that goes takes nothing away, and one whose counter steps back adds nothing.
// Allocates only when a device appears.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plimsoll {

// What a counter has grown by: nothing if it steps back.
struct UpwardGrowth {
  double operator()(double before, double now) const { return std::max(0.0, now - before); }
};

template <size_t N>
class Accumulator {
 public:
  using Counters = std::array<double, N>;

  // One reading: begin(), observe() each device that is there, end().
  void begin() {
    ++reading_;
    cursor_ = 0;
  }

  // `key` is the device's identity: never its position in a list. `growth`: for counters that do more than grow and step back.
  template <typename Growth = UpwardGrowth>
  void observe(uint64_t key, const Counters& now, Growth growth = {}) {
    Device* device = find(key);
    if (device == nullptr) {
      devices_.push_back({key, reading_, now});
      cursor_ = devices_.size();
      if (!started_) {
        for (size_t i = 0; i < N; ++i) totals_[i] += now[i];
      }
      return;
    }
    device->reading = reading_;
    for (size_t i = 0; i < N; ++i) {
      totals_[i] += growth(device->before[i], now[i]);
      device->before[i] = now[i];
    }
  }

  void end() {
    started_ = true;
    std::erase_if(devices_, [this](const Device& device) { return device.reading != reading_; });
  }

  // Starts from `raw` where the system hands out its own sum, which the devices' sum may differ from.
  void start_from(const Counters& raw) {
    if (!started_) totals_ = raw;
    started_ = true;
  }

  bool started() const { return started_; }
  const Counters& totals() const { return totals_; }
  size_t devices() const { return devices_.size(); }

 private:
  struct Device {
    uint64_t key;
    uint64_t reading;
    Counters before;
  };

  // Devices mostly come in the same order, so the one after the last found is tried first.
  Device* find(uint64_t key) {
    if (cursor_ < devices_.size() && devices_[cursor_].key == key) return &devices_[cursor_++];
    for (size_t i = 0; i < devices_.size(); ++i) {
      if (devices_[i].key != key) continue;
      cursor_ = i + 1;
      return &devices_[i];
    }
    return nullptr;
  }

  std::vector<Device> devices_;
  Counters totals_{};
  uint64_t reading_ = 0;
  size_t cursor_ = 0;
  bool started_ = false;
};

// FNV-1a (64 bit): the identity of a device that has a name and no number.
constexpr uint64_t identity(const char* text, size_t length, uint64_t hash = 14695981039346656037u) {
  for (size_t i = 0; i < length; ++i) hash = (hash ^ static_cast<uint8_t>(text[i])) * 1099511628211u;
  return hash;
}

}  // namespace plimsoll
