// What a platform can do to confine other processes: say which control groups this process is in, prepare a child that is
// about to be started, limit one that runs, and job objects. Everything here has a default that says "not offered": each
// readers/<os>/confinement.cc overrides what its system has. Any thread of JavaScript; what is armed is armed for that thread.
#pragma once

#include "../fields.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace plimsoll {

// Where one controller governs this process; "" is the v2 hierarchy itself. Directories: the own group, its ancestors,
// the mount point. None: `reason` says why.
struct GroupPlace {
  std::string controller;
  int version = 0;
  Reason reason = Reason::unsupported;
  bool own_visible = false;
  std::vector<std::string> levels;
};

enum class Scheduling : uint8_t { unchanged, normal, batch, idle };  // order is lib/enforcement/launching.ts's
enum class ProcessLimit : uint8_t { data_bytes, descriptors };

// What the next child of this thread does between its fork and its program, in this order.
struct LaunchOrders {
  std::vector<std::string> entrances;  // a process that writes "0" there joins the group
  double data_bytes = -1;              // < 0: as it is
  double descriptors = -1;
  bool renice = false;
  int nice = 0;
  Scheduling scheduling = Scheduling::unchanged;
};

enum class LaunchStep : uint8_t { none, entering, data_bytes, descriptors, nice, scheduling, done };

// `none`: the system started the child in a way that let nothing be prepared, or there was no child.
struct LaunchOutcome {
  LaunchStep step = LaunchStep::none;
  uint32_t entrance = 0;  // which, where `entering` failed
  int error = 0;          // errno
};

struct ChildrenUsage {
  double user_seconds = 0;
  double system_seconds = 0;
};

struct JobTerms {
  double memory_bytes = -1;  // < 0: no limit
  double cpu_rate = -1;      // per 10 000 of all CPUs
  double processes = -1;
};

// NaN: the system does not tell.
struct JobUse {
  double user_seconds = std::numeric_limits<double>::quiet_NaN();
  double system_seconds = user_seconds;
  double memory_peak_bytes = user_seconds;
  double processes = user_seconds;
  double read_bytes = user_seconds;
  double written_bytes = user_seconds;
};

// A group of processes that the system limits and ends as one. What fails returns the system's error, 0 is done.
class Job {
 public:
  virtual ~Job() = default;  // ends what still runs in it
  virtual int limit(const JobTerms& terms) = 0;
  virtual int take_in(uint32_t process) = 0;
  virtual JobUse read() = 0;
  virtual int end() = 0;
};

class Confinement {
 public:
  virtual ~Confinement() = default;

  virtual std::vector<GroupPlace> own_groups() { return {}; }

  // Kills what lives in these directories of groups and removes them; what has not ended within 0.1 s stays.
  virtual void end_groups(const std::vector<std::string>&) {}
  virtual void remove_empty_groups(const std::vector<std::string>&) {}

  // The next process that this thread forks follows the orders, and ends at once where it cannot. False: not offered.
  virtual bool arm(const LaunchOrders&) { return false; }
  virtual LaunchOutcome disarm() { return {}; }

  // Of a process that runs. 0, or errno; -1: not offered.
  virtual int limit(uint32_t, ProcessLimit, double) { return -1; }
  virtual int schedule(uint32_t, Scheduling) { return -1; }  // one thread

  // Of all children of this process that have ended and were waited for. False: not offered.
  virtual bool children_usage(ChildrenUsage&) { return false; }

  virtual std::unique_ptr<Job> make_job() { return nullptr; }
};

Confinement& confinement();

}  // namespace plimsoll
