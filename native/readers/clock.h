// Clocks, in seconds. Each readers/<os>/clock.cc defines them. Any thread.
#pragma once

#include <cstdint>

namespace plimsoll {

double monotonic_seconds();  // stands still while the machine is suspended: counters do too
double wall_seconds();
double thread_cpu_seconds();  // of the calling thread
uint32_t process_id();

}  // namespace plimsoll
