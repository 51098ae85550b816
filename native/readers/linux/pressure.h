// Pressure stall information: /proc/pressure/*, or *.pressure of a cgroup. Since Linux 4.20.
// https://docs.kernel.org/accounting/psi.html
#pragma once

#include "../reader.h"
#include "kept_file.h"

namespace plimsoll::linux_os {

struct Stalls {
  Result<double> some_seconds = Reason::unsupported;
  Result<double> full_seconds = Reason::unsupported;
};

// "some avg10=… total=N" and "full …": totals, microseconds. `full` is missing for CPU on older kernels.
Stalls parse_pressure(std::string_view text);

// One pressure file, read.
Stalls read_stalls(KeptFile& file);

std::unique_ptr<Reader> pressure_reader(Root& root);

}  // namespace plimsoll::linux_os
