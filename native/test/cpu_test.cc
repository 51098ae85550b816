// Line tables for readers/linux/cpu.h and affinity.h.
#include "../readers/linux/affinity.h"
#include "../readers/linux/cpu.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::linux_os;

TEST("cpu line: guest and guest_nice are one mode") {
  int64_t number = 0;
  CpuModes ticks{};
  CHECK(parse_cpu_line("cpu3 100 20 30 400 5 6 7 8 40 2", number, ticks));
  CHECK_EQ(number, 3);
  CHECK_EQ(ticks[0], 100.0);
  CHECK_EQ(ticks[8], 42.0);
}

TEST("cpu line: old kernels have fewer modes, garbage is refused") {
  struct {
    const char* line;
    bool good;
  } table[] = {{"cpu  1 2 3 4", true},   {"cpu0 1 2 3", false},    {"cpu0", false},           {"cpu", false},
               {"cpux 1 2 3 4", false},  {"cpu0 1 -2 3 4", false}, {"cpu 1 2 3 4x 5", false}, {"cpu99999999999 1 2 3 4", false},
               {"cpu  1 2 3 4 5 6 7 8 9 10 11 12", true}};
  for (const auto& row : table) {
    int64_t number = 0;
    CpuModes ticks{};
    CHECK_EQ(parse_cpu_line(row.line, number, ticks), row.good);
  }
}

TEST("stat: the sum line starts the totals, CPUs' own growth continues them") {
  CpuAccumulator cpus;
  auto counts = parse_stat("cpu  30 0 0 100\ncpu0 10 0 0 50\ncpu1 20 0 0 50\nctxt 77\nprocs_running 2\nprocs_blocked 1\n", cpus);
  CHECK(static_cast<bool>(counts));
  CHECK_EQ(*counts->context_switches, 77.0);
  CHECK_EQ(*counts->online, 2.0);
  CHECK_EQ(cpus.totals()[0], 30.0);
  // CPU 1 goes: it takes nothing away. CPU 0's idle steps back: it adds nothing.
  parse_stat("cpu  15 0 0 40\ncpu0 15 0 0 40\n", cpus);
  CHECK_EQ(cpus.totals()[0], 35.0);
  CHECK_EQ(cpus.totals()[3], 100.0);
  // CPU 1 comes back with a huge idle time: it starts at 0.
  parse_stat("cpu  16 0 0 9000\ncpu0 16 0 0 41\ncpu1 25 0 0 8959\n", cpus);
  CHECK_EQ(cpus.totals()[0], 36.0);
  CHECK_EQ(cpus.totals()[3], 101.0);
}

TEST("stat: without cpuN lines the sum line is the one device; nonsense is malformed") {
  CpuAccumulator alone;
  CHECK(static_cast<bool>(parse_stat("cpu  10 0 0 50\n", alone)));
  parse_stat("cpu  12 0 0 55\n", alone);
  CHECK_EQ(alone.totals()[0], 12.0);
  for (const char* text : {"", "intr 5\n", "cpu  1 2\n", "cpu  10 0 0 50\ncpu0 10 0"}) {
    CpuAccumulator cpus;
    CHECK_EQ(parse_stat(text, cpus).reason, Reason::malformed);
  }
}

TEST("loadavg") {
  const auto good = parse_loadavg("0.42 1.05 12.00 1/234 5678\n");
  CHECK(static_cast<bool>(good));
  CHECK_EQ(good->at(0), 0.42);
  CHECK_EQ(good->at(1), 1.05);
  CHECK_EQ(good->at(2), 12.0);
  for (const char* text : {"", "0.42", "0.4x 1.0 1.0", "a b c", "1 2 3", "0. 0. 0."}) CHECK_EQ(parse_loadavg(text).reason, Reason::malformed);
}

TEST("cpu list") {
  struct {
    const char* text;
    bool good;
    ptrdiff_t count;
  } table[] = {{"0-3,8\n", true, 5}, {"0", true, 1},     {"\n", true, 0},      {"1,3,5", true, 3}, {"0-", false, 0},
               {"3-1", false, 0},    {"0-1,", false, 0}, {"1-18-22", false, 0}, {"-1", false, 0},   {"0-99999999", false, 0}};
  for (const auto& row : table) {
    std::vector<bool> cpus;
    CHECK_EQ(parse_cpu_list(row.text, cpus), row.good);
    if (row.good) CHECK_EQ(std::count(cpus.begin(), cpus.end(), true), row.count);
  }
}
