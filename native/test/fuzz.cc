// The fuzzer: the first byte chooses a parser, which gets the rest. Besides the sanitizers it holds one promise: what a
// parser calls known is a finite number, never below 0. Built by CMake with PLIMSOLL_FUZZ=ON and clang; see tools/ci-native.sh.
#include "fuzz_cgroup.h"
#include "fuzz_darwin.h"
#include "fuzz_disk_network.h"

#include "../readers/linux/affinity.h"
#include "../readers/linux/auxiliary.h"
#include "../readers/linux/cpu.h"
#include "../readers/linux/memory.h"
#include "../readers/linux/pressure.h"
#include "../readers/linux/process.h"
#include "../readers/linux/process_stat.h"
#include "../readers/linux/run_queue.h"
#include "../readers/linux/system.h"

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>

namespace {

using namespace plimsoll;
using namespace plimsoll::linux_os;

void sane(double number) {
  if (!std::isfinite(number) || number < 0) std::abort();
}

void sane(const Result<double>& result) {
  if (result) sane(*result);
}

void cpu_line(std::string_view text) {
  int64_t number = 0;
  CpuModes ticks{};
  if (!parse_cpu_line(text, number, ticks)) return;
  if (number < -1) std::abort();
  for (const double tick : ticks) sane(tick);
}

// Two readings, the halves: what the second publishes may not be below what the first did.
void stat(std::string_view text) {
  CpuAccumulator cpus;
  CpuModes before{};
  for (const auto part : {text.substr(0, text.size() / 2), text.substr(text.size() / 2)}) {
    const auto counts = parse_stat(part, cpus);
    if (!counts) continue;
    sane(counts->context_switches);
    sane(counts->runnable);
    sane(counts->blocked);
    sane(counts->online);
    for (size_t i = 0; i < kCpuModes; ++i) {
      sane(cpus.totals()[i]);
      if (cpus.totals()[i] < before[i]) std::abort();
    }
    before = cpus.totals();
  }
}

void loadavg(std::string_view text) {
  const auto loads = parse_loadavg(text);
  if (!loads) return;
  for (const double load : *loads) sane(load);
}

void cpu_list(std::string_view text) {
  std::vector<bool> cpus;
  parse_cpu_list(text, cpus);
}

void meminfo(std::string_view text) {
  Sample sample;
  parse_meminfo(text, sample);
  for (size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    if (sample.reason(field) == Reason::known) sane(sample.value(field));
  }
}

void pressure(std::string_view text) {
  const Stalls stalls = parse_pressure(text);
  sane(stalls.some_seconds);
  sane(stalls.full_seconds);
}

void process_stat(std::string_view text) {
  parse_process_stat(text);
}

void statm(std::string_view text) {
  parse_statm(text);
}

void process_io(std::string_view text) {
  const ProcessIo io = parse_process_io(text);
  sane(io.read_bytes);
  sane(io.written_bytes);
}

void fd_limit(std::string_view text) {
  sane(parse_fd_limit(text));
}

void schedstat(std::string_view text) {
  sane(parse_schedstat(text));
}

void file_nr(std::string_view text) {
  parse_file_nr(text);
}

void auxv(std::string_view text) {
  const Auxiliary auxiliary = parse_auxv(text);
  sane(auxiliary.page_bytes);
  sane(auxiliary.ticks_per_second);
  if (auxiliary.page_bytes <= 0 || auxiliary.ticks_per_second <= 0) std::abort();  // they are divided by
}

void cgroups(std::string_view text) {
  test::fuzz_cgroup(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

void disks_and_network(std::string_view text) {
  test::fuzz_disk_network(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

void macos(std::string_view bytes) {
  test::fuzz_darwin(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

void kin(std::string_view text) {
  parse_kin(text);
}

void last_pid(std::string_view text) {
  parse_last_pid(text);
}

// The order is that of the seeds: tools/ci-fuzz-seeds.mjs.
constexpr void (*kTargets[])(std::string_view) = {
    cpu_line, stat,       loadavg,  cpu_list,  meminfo, pressure, process_stat, statm,
    process_io, fd_limit, schedstat, file_nr, auxv,    cgroups,  disks_and_network, macos,
    kin, last_pid,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // A copy of the very size, so that a sanitizer sees the first byte read too far.
  const size_t length = size - 1;
  const std::unique_ptr<char[]> copy(new char[length]);
  std::copy_n(data + 1, length, copy.get());
  kTargets[data[0] % std::size(kTargets)](std::string_view(copy.get(), length));
  return 0;
}
