// Which network interfaces count, so that no byte is counted twice. Readers' thread; the choice is a pure function.
// https://docs.kernel.org/admin-guide/abi-testing.html#abi-sys-class-net
#pragma once

#include "kept_file.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::linux_os {

enum class InterfaceRole : uint8_t {
  loopback,  // never counts
  physical,  // has a device behind it
  plain,     // virtual and tied to no other here: a container's end of a veth pair
  tied,      // repeats what others carry: bridge, bond, their ports, vlan, macvlan, tun, tap
};

struct Interface {
  uint64_t key = 0;
  std::string name;
  InterfaceRole role = InterfaceRole::plain;
  bool counted = false;
  uint64_t reading = 0;  // the last one that it was in
};

// If any interface is physical, exactly those count; else the plain ones; else all but loopback.
void choose_counted(std::vector<Interface>& interfaces);

// From /sys/class/net/<name>. What is not shown there (another namespace) is plain.
InterfaceRole role_of(Root& root, std::string_view name);

class Interfaces {
 public:
  explicit Interfaces(Root& root) : root_(&root) {}

  // One reading: begin(), each interface that is there: seen() or else add(), end().
  void begin();
  bool seen(uint64_t key);  // false: not known yet
  void add(uint64_t key, std::string_view name, bool loopback);
  void end();  // forgets those that were not seen; chooses anew if any came or went

  const Interface* known(uint64_t key) { return find(key); }
  const std::vector<Interface>& all() const { return interfaces_; }

  // Ties may change while interfaces stay. Looks again at `most` of them, other ones each time.
  // `name_now(interface)` is the present name, or empty if it is not known.
  template <typename NameNow>
  void look_again(size_t most, NameNow name_now) {
    for (size_t i = 0; i < most && i < interfaces_.size(); ++i) {
      next_look_ = next_look_ + 1 < interfaces_.size() ? next_look_ + 1 : 0;
      look_at(interfaces_[next_look_], name_now(interfaces_[next_look_]));
    }
    if (most > 0) choose_counted(interfaces_);
  }

 private:
  Interface* find(uint64_t key);
  void look_at(Interface& interface, std::string_view name);

  Root* root_;
  std::vector<Interface> interfaces_;
  uint64_t reading_ = 0;
  size_t cursor_ = 0;     // one after the last found: readings mostly come in the same order
  size_t next_look_ = 0;
  bool changed_ = false;
};

}  // namespace plimsoll::linux_os
