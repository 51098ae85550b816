// Tick tables and documented byte layouts for readers/darwin/cpu_ticks.h and bytes.h.
#include "../readers/darwin/cpu_ticks.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::darwin_os;

namespace {

// The order of the kernel: user, system, idle, nice.
std::vector<uint32_t> ticks(std::initializer_list<std::array<uint32_t, 4>> cpus) {
  std::vector<uint32_t> all;
  for (const auto& cpu : cpus) all.insert(all.end(), cpu.begin(), cpu.end());
  return all;
}

}  // namespace

TEST("darwin ticks: the first reading is the raw sum, later ones add each CPU's growth") {
  CpuTicks cpus;
  CHECK_EQ(cpus.observe(ticks({{10, 5, 100, 0}, {20, 6, 90, 0}})), Reason::known);
  CHECK(cpus.totals() == (CpuTicks::Totals{30, 11, 190, 0}));
  cpus.observe(ticks({{11, 5, 110, 0}, {20, 9, 97, 0}}));
  CHECK(cpus.totals() == (CpuTicks::Totals{31, 14, 207, 0}));
}

TEST("darwin ticks: they wrap at 32 bits, on each CPU by itself") {
  CpuTicks cpus;
  cpus.observe(ticks({{0, 0, 0xffffff00, 0}, {0, 0, 0xfffffffe, 0}}));
  const double start = cpus.totals()[kIdle];
  CHECK_EQ(start, 4294967040.0 + 4294967294.0);  // a sum in 32 bits would have wrapped
  cpus.observe(ticks({{0, 0, 0x00000010, 0}, {0, 0, 0xffffffff, 0}}));
  CHECK_EQ(cpus.totals()[kIdle] - start, 0x110 + 1.0);
  cpus.observe(ticks({{0, 0, 0x00000010, 0}, {0, 0, 0x00000003, 0}}));
  CHECK_EQ(cpus.totals()[kIdle] - start, 0x110 + 1.0 + 4.0);
}

TEST("darwin ticks: a step back is no wrap and adds nothing") {
  CpuTicks cpus;
  cpus.observe(ticks({{100, 0, 1000, 0}}));
  cpus.observe(ticks({{101, 0, 998, 0}}));
  CHECK(cpus.totals() == (CpuTicks::Totals{101, 0, 1000, 0}));
  cpus.observe(ticks({{102, 0, 1001, 0}}));
  CHECK(cpus.totals() == (CpuTicks::Totals{102, 0, 1003, 0}));
  CpuTicks edge;
  edge.observe(ticks({{0, 0, 0, 0}}));
  edge.observe(ticks({{0x7fffffff, 0x80000000, 0, 0}}));  // the most that is growth, the least that is a step back
  CHECK(edge.totals() == (CpuTicks::Totals{2147483647.0, 0, 0, 0}));
}

TEST("darwin ticks: a CPU that appears starts at 0, one that goes takes nothing away") {
  CpuTicks cpus;
  cpus.observe(ticks({{10, 0, 0, 0}}));
  cpus.observe(ticks({{11, 0, 0, 0}, {5000, 0, 0, 0}}));
  CHECK_EQ(cpus.totals()[kUser], 11.0);
  cpus.observe(ticks({{12, 0, 0, 0}, {5003, 0, 0, 0}}));
  CHECK_EQ(cpus.totals()[kUser], 15.0);
  cpus.observe(ticks({{13, 0, 0, 0}}));
  CHECK_EQ(cpus.totals()[kUser], 16.0);
  cpus.observe(ticks({{14, 0, 0, 0}, {9000, 0, 0, 0}}));
  CHECK_EQ(cpus.totals()[kUser], 17.0);
}

TEST("darwin ticks: no CPU, or part of one, is malformed and changes nothing") {
  CpuTicks cpus;
  CHECK_EQ(cpus.observe({}), Reason::malformed);
  cpus.observe(ticks({{1, 2, 3, 0}}));
  const std::vector<uint32_t> part = {9, 9, 9, 0, 9};
  CHECK_EQ(cpus.observe(part), Reason::malformed);
  CHECK(cpus.totals() == (CpuTicks::Totals{1, 2, 3, 0}));
}

TEST("darwin load: struct loadavg of a 64-bit program") {
  // fscale is 2048: LSCALE 1000 is another thing. 1.5, 0.25 and 12 in fixed point, four bytes of padding, the scale.
  const uint8_t bytes[] = {0x00, 0x0c, 0, 0, 0x00, 0x02, 0, 0, 0x00, 0x60, 0, 0, 0xaa, 0xaa, 0xaa, 0xaa, 0x00, 0x08, 0, 0, 0, 0, 0, 0};
  const auto load = decode_load(bytes);
  CHECK(static_cast<bool>(load));
  CHECK_EQ(load->at(0), 1.5);
  CHECK_EQ(load->at(1), 0.25);
  CHECK_EQ(load->at(2), 12.0);
  CHECK_EQ(decode_load(Bytes(bytes).first(23)).reason, Reason::malformed);
  uint8_t unscaled[24] = {1};
  CHECK_EQ(decode_load(unscaled).reason, Reason::malformed);
  unscaled[23] = 0x80;  // a negative scale
  CHECK_EQ(decode_load(unscaled).reason, Reason::malformed);
}

TEST("darwin sysctl numbers: 4 bytes, 8 bytes, nothing else") {
  const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0};
  CHECK_EQ(*decode_number(Bytes(bytes).first(4)), uint64_t{0xffffffff});
  CHECK_EQ(*decode_number(Bytes(bytes).first(8)), uint64_t{0x1ffffffff});
  for (const size_t length : {0, 1, 2, 3, 5, 6, 7, 9}) CHECK_EQ(decode_number(Bytes(bytes).first(length)).reason, Reason::malformed);
}
