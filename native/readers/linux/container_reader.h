// What the readers of container.* share: the control groups, looked up once for all of them. Readers' thread.
#pragma once

#include "../reader.h"
#include "cgroup.h"
#include "cgroup_files.h"

#include <memory>

namespace plimsoll::linux_os {

class ContainerReader : public Reader {
 public:
  ContainerReader(Root& root, std::shared_ptr<ControlGroups> groups) : root_(&root), groups_(std::move(groups)) {}

 protected:
  Root& root() const { return *root_; }
  const ControlGroups& groups() const { return *groups_; }

  // True once after each time that the groups were placed anew: then files are to be chosen anew too.
  bool moved() {
    const bool moved = generation_ != groups_->generation();
    generation_ = groups_->generation();
    return moved;
  }

  // What a file of the own group said; that it has gone makes the groups be looked up again.
  template <typename T>
  const Result<T>& watch(const Result<T>& found) {
    if (found.reason == Reason::gone) groups_->look_again();
    return found;
  }

 private:
  Root* root_;
  std::shared_ptr<ControlGroups> groups_;
  uint32_t generation_ = 0;
};

}  // namespace plimsoll::linux_os
