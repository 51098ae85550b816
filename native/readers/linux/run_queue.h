// How long this process's threads were ready to run but waited for a CPU: /proc/self/task/<tid>/schedstat, all threads.
// https://docs.kernel.org/scheduler/sched-stats.html: "cpu_ns wait_ns slices". Readers' thread.
// /proc/self/schedstat is the main thread alone, so the threads are added up.
#pragma once

#include "../../accumulator.h"
#include "kept_file.h"

#include <vector>

namespace plimsoll::linux_os {

// The second number, nanoseconds.
Result<double> parse_schedstat(std::string_view text);

class RunQueue {
 public:
  // `tasks` is /proc/self/task.
  RunQueue(Root& root, KeptDirectory& tasks) : root_(&root), tasks_(&tasks) {}

  Result<double> wait_seconds();
  void look_again() { known_threads_ = 0; }  // threads are listed anew: one may have replaced another

 private:
  struct Task {
    uint64_t id;
    KeptFile schedstat;
  };

  Result<size_t> list_tasks();
  Result<double> read_once(uint64_t id);
  Reason observe_listed();
  Reason observe_kept();

  Root* root_;
  KeptDirectory* tasks_;
  std::vector<Task> kept_;
  std::vector<uint64_t> ids_;
  uint64_t known_threads_ = 0;
  Accumulator<1> waits_;
};

}  // namespace plimsoll::linux_os
