// See ../confinement.h. macOS has no groups of processes with limits, and its libuv starts children by posix_spawn(2),
// which runs nothing of ours in them: a shell prepares them (lib/enforcement/shell-launch.ts).
#include "../confinement.h"

#include "../posix/children_usage.h"

namespace plimsoll {
namespace {

class DarwinConfinement final : public Confinement {
 public:
  bool children_usage(ChildrenUsage& usage) override { return posix::read_children_usage(usage); }
};

}  // namespace

Confinement& confinement() {
  static DarwinConfinement one;
  return one;
}

}  // namespace plimsoll
