// One PSI trigger: a pressure file opened for writing, armed, and polled for POLLPRI. Since Linux 5.2.
// https://docs.kernel.org/accounting/psi.html#monitoring-for-pressure-thresholds
#pragma once

#include "../pressure_watch.h"
#include "descriptor.h"

namespace plimsoll::linux_os {

struct ArmedTrigger {
  Descriptor descriptor;
  Serving serving;
};

// `directory` holds cpu.pressure and so on; "/proc/pressure" holds cpu and so on.
ArmedTrigger arm_trigger(const std::string& directory, const PressureTrigger& trigger);

// The window that a process without CAP_SYS_RESOURCE may ask for since Linux 6.4: a multiple of 2 s, at most 10 s.
uint32_t unprivileged_window(uint32_t window_ms);

}  // namespace plimsoll::linux_os
