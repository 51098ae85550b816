// Line tables for readers/linux/{process,run_queue,system,auxiliary,memory,pressure}.h.
#include "../readers/linux/auxiliary.h"
#include "../readers/linux/memory.h"
#include "../readers/linux/pressure.h"
#include "../readers/linux/process.h"
#include "../readers/linux/run_queue.h"
#include "../readers/linux/system.h"
#include "check.h"

#include <cstring>
#include <elf.h>

using namespace plimsoll;
using namespace plimsoll::linux_os;

TEST("process stat: any command name; short and mangled texts are malformed") {
  const char* tail = " S 1 1 1 0 -1 4194560 11 22 33 44 55 66 0 0 20 0 7 0 123 456 789\n";
  for (const char* name : {"42 (node)", "42 (a b)", "42 (x) y)", "42 (()", "42 (evil\n) S 9 9)"}) {
    const auto stat = parse_process_stat(std::string(name) + tail);
    CHECK(static_cast<bool>(stat));
    CHECK_EQ(stat->minor_faults, 11u);
    CHECK_EQ(stat->major_faults, 33u);
    CHECK_EQ(stat->user_ticks, 55u);
    CHECK_EQ(stat->system_ticks, 66u);
    CHECK_EQ(stat->threads, 7u);
  }
  for (const char* text : {"", "42 node S 1", "42 (node)", "42 (node) S 1 1 1 0 -1 4194560 11 22 33 44 55 66 0 0 20 0",
                           "42 (node) S 1 1 1 0 -1 4194560 x 22 33 44 55 66 0 0 20 0 7 0"}) {
    CHECK_EQ(parse_process_stat(text).reason, Reason::malformed);
  }
}

TEST("statm: resident pages are the second number") {
  CHECK_EQ(*parse_statm("1000 250 30 1 0 200 0\n"), 250u);
  for (const char* text : {"", "1000", "1000 x", "-1 5", "99999999999999999999 5"}) CHECK_EQ(parse_statm(text).reason, Reason::malformed);
}

TEST("process io: disk bytes, not characters") {
  const auto io = parse_process_io("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n");
  CHECK_EQ(*io.read_bytes, 4096.0);
  CHECK_EQ(*io.written_bytes, 8192.0);
  CHECK_EQ(parse_process_io("read_bytes: x\n").read_bytes.reason, Reason::malformed);
  CHECK_EQ(parse_process_io("").written_bytes.reason, Reason::unsupported);
}

TEST("limits: the soft limit, unlimited, missing, mangled") {
  CHECK_EQ(*parse_fd_limit("Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n"), 1024.0);
  CHECK_EQ(parse_fd_limit("Max open files  unlimited unlimited files\n").reason, Reason::unlimited);
  CHECK_EQ(parse_fd_limit("Max open files  \n").reason, Reason::malformed);
  CHECK_EQ(parse_fd_limit("Max open files  12x 3 files\n").reason, Reason::malformed);
  CHECK_EQ(parse_fd_limit("").reason, Reason::unsupported);
}

TEST("schedstat, file-nr") {
  CHECK_EQ(*parse_schedstat("123 456 7\n"), 456.0);
  CHECK_EQ(parse_schedstat("123").reason, Reason::malformed);
  const auto table = parse_file_nr("302\t2\t2465620\n");
  CHECK_EQ(table->open, 300u);
  CHECK_EQ(table->limit, 2465620u);
  for (const char* text : {"", "1 2", "1 2 3", "a b c"}) CHECK_EQ(parse_file_nr(text).reason, Reason::malformed);
}

TEST("auxv: page size and clock tick, else 4096 and 100") {
  const unsigned long pairs[] = {AT_PAGESZ, 65536, AT_CLKTCK, 250, AT_NULL, 0, AT_PAGESZ, 1};
  const auto found = parse_auxv({reinterpret_cast<const char*>(pairs), sizeof pairs});
  CHECK_EQ(found.page_bytes, 65536.0);
  CHECK_EQ(found.ticks_per_second, 250.0);
  for (const size_t length : {size_t{0}, size_t{7}, size_t{15}}) {
    CHECK_EQ(parse_auxv({reinterpret_cast<const char*>(pairs), length}).page_bytes, 4096.0);
  }
}

TEST("meminfo: kB is KiB; a missing space is tolerated, another unit is not; missing lines are unsupported") {
  Sample sample;
  parse_meminfo("MemTotal:       16 kB\nMemFree:5 kB\nCached: 7 kB\nShadowCallStack:10373888 kB\nHugePages_Total: 0\nSwapTotal: 9 MB\n", sample);
  CHECK_EQ(sample.value(Field::memory_total_bytes), 16384.0);
  CHECK_EQ(sample.value(Field::memory_free_bytes), 5120.0);
  CHECK_EQ(sample.reason(Field::memory_available_bytes), Reason::unsupported);
  CHECK_EQ(sample.reason(Field::memory_swap_total_bytes), Reason::malformed);
  CHECK_EQ(sample.reason(Field::memory_swap_free_bytes), Reason::unsupported);
  parse_meminfo("MemTotal: -5 kB\nMemAvailable: 99999999999999999999 kB\nMemFree:", sample);
  CHECK_EQ(sample.reason(Field::memory_total_bytes), Reason::malformed);
  CHECK_EQ(sample.reason(Field::memory_available_bytes), Reason::malformed);
  CHECK_EQ(sample.reason(Field::memory_free_bytes), Reason::malformed);
}

TEST("meminfo: SwapCached is not Cached") {
  Sample sample;
  parse_meminfo("SwapCached: 3 kB\nCached: 4 kB\n", sample);
  CHECK_EQ(sample.value(Field::memory_cached_bytes), 4096.0);
}

TEST("pressure: totals in seconds; cpu without full; garbage") {
  const auto both = parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
  CHECK_EQ(*both.some_seconds, 2.5);
  CHECK_EQ(*both.full_seconds, 1.0);
  const auto cpu = parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
  CHECK_EQ(*cpu.some_seconds, 7e-6);
  CHECK_EQ(cpu.full_seconds.reason, Reason::unsupported);
  CHECK_EQ(parse_pressure("some avg10=0.00\n").some_seconds.reason, Reason::malformed);
  CHECK_EQ(parse_pressure("nonsense\n").full_seconds.reason, Reason::malformed);
}
