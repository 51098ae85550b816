// See interfaces.h. Traps: a bond's bytes are its ports' bytes once more, a bridge's those of whoever is on it; a
// container's only interface is virtual; a virtual function may be a port of the physical interface that adds it up.
#include "interfaces.h"

#include <algorithm>

namespace plimsoll::linux_os {
namespace {

constexpr std::string_view kLoopback = "lo";

}  // namespace

void choose_counted(std::vector<Interface>& interfaces) {
  const auto any = [&interfaces](InterfaceRole role) {
    return std::any_of(interfaces.begin(), interfaces.end(), [role](const Interface& one) { return one.role == role; });
  };
  const bool physical = any(InterfaceRole::physical);
  const bool plain = any(InterfaceRole::plain);
  for (auto& one : interfaces) {
    if (physical) {
      one.counted = one.role == InterfaceRole::physical;
    } else if (plain) {
      one.counted = one.role == InterfaceRole::plain;
    } else {
      one.counted = one.role != InterfaceRole::loopback;
    }
  }
}

InterfaceRole role_of(Root& root, std::string_view name) {
  if (name == kLoopback) return InterfaceRole::loopback;
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) return InterfaceRole::tied;
  const std::string folder = "/sys/class/net/" + std::string(name);
  bool device = false, port = false, tied = false;
  // One listing instead of a look for each: every tie is an entry of this directory.
  KeptDirectory(root, folder).list([&](std::string_view entry) {
    device = device || entry == "device";
    port = port || entry == "master";
    tied = tied || entry == "bridge" || entry == "bonding" || entry == "tun_flags" || entry.starts_with("lower_");
  });
  // Azure's accelerated networking and virtio's failover: the physical master's counters have the port's inside.
  if (device && port && exists(root, folder + "/master/device")) return InterfaceRole::tied;
  if (device) return InterfaceRole::physical;
  return port || tied ? InterfaceRole::tied : InterfaceRole::plain;
}

void Interfaces::begin() {
  ++reading_;
  cursor_ = 0;
}

Interface* Interfaces::find(uint64_t key) {
  if (cursor_ < interfaces_.size() && interfaces_[cursor_].key == key) return &interfaces_[cursor_++];
  for (size_t i = 0; i < interfaces_.size(); ++i) {
    if (interfaces_[i].key != key) continue;
    cursor_ = i + 1;
    return &interfaces_[i];
  }
  return nullptr;
}

bool Interfaces::seen(uint64_t key) {
  Interface* one = find(key);
  if (one != nullptr) one->reading = reading_;
  return one != nullptr;
}

void Interfaces::add(uint64_t key, std::string_view name, bool loopback) {
  const InterfaceRole role = loopback ? InterfaceRole::loopback : role_of(*root_, name);
  interfaces_.push_back({key, std::string(name), role, false, reading_});
  cursor_ = interfaces_.size();
  changed_ = true;
}

void Interfaces::end() {
  const auto gone = std::erase_if(interfaces_, [this](const Interface& one) { return one.reading != reading_; });
  if (gone > 0 || changed_) choose_counted(interfaces_);
  changed_ = false;
  cursor_ = 0;
}

void Interfaces::look_at(Interface& interface, std::string_view name) {
  if (!name.empty() && name != interface.name) interface.name = name;
  if (interface.role != InterfaceRole::loopback) interface.role = role_of(*root_, interface.name);
}

}  // namespace plimsoll::linux_os
