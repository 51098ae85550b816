// See cpuset.h.
#include "cpuset.h"

#include "affinity.h"

namespace plimsoll::linux_os {

void Cpuset::choose_files() {
  files_.clear();
  const Placement& placement = groups_->of(Controller::cpuset);
  if (!placement.own_visible) return;  // a stranger's cpuset says nothing about this process
  for (const auto& level : placement.levels) {
    if (placement.version == 1) {
      files_.emplace_back(*root_, level + "/cpuset.effective_cpus");  // since Linux 3.17
      files_.emplace_back(*root_, level + "/cpuset.cpus");
    } else {
      files_.emplace_back(*root_, level + "/cpuset.cpus.effective");
    }
  }
}

Reason Cpuset::effective_cpus(std::vector<bool>& cpus) {
  if (generation_ != groups_->generation()) choose_files();
  generation_ = groups_->generation();
  source_.clear();
  for (KeptFile& file : files_) {
    const auto text = file.read();
    if (text.reason == Reason::gone) groups_->look_again();
    if (text.reason == Reason::unsupported) continue;
    if (!text) return text.reason;
    source_ = file.absolute();
    return parse_cpu_list(*text, cpus) ? Reason::known : Reason::malformed;
  }
  return Reason::unsupported;
}

}  // namespace plimsoll::linux_os
