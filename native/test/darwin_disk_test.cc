// Numbers as IOKit hands them out, for readers/darwin/disk_statistics.h.
#include "../readers/darwin/disk_statistics.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::darwin_os;

TEST("darwin disk: numbers come in the order of their keys") {
  CHECK_EQ(std::string(kStatisticKeys[kReads]), "Operations (Read)");
  CHECK_EQ(std::string(kStatisticKeys[kReadBytes]), "Bytes (Read)");
  CHECK_EQ(std::string(kStatisticKeys[kWrites]), "Operations (Write)");
  CHECK_EQ(std::string(kStatisticKeys[kWrittenBytes]), "Bytes (Write)");
  const auto counters = decode_statistics({int64_t{12}, int64_t{4096}, int64_t{7}, int64_t{1} << 50});
  CHECK(static_cast<bool>(counters));
  CHECK(*counters == (DiskCounters{12, 4096, 7, 1125899906842624.0}));
}

TEST("darwin disk: a number that is missing or negative makes no counters") {
  CHECK_EQ(decode_statistics({Reason::unsupported, int64_t{1}, int64_t{1}, int64_t{1}}).reason, Reason::unsupported);
  CHECK_EQ(decode_statistics({int64_t{1}, int64_t{1}, int64_t{1}, Reason::malformed}).reason, Reason::malformed);
  CHECK_EQ(decode_statistics({int64_t{1}, int64_t{-1}, int64_t{1}, int64_t{1}}).reason, Reason::malformed);
}

TEST("darwin disk: disk images and disks in memory do not count") {
  for (const char* location : {"Internal", "External", "Internal/External", ""}) CHECK(is_real_disk(location));
  for (const char* location : {"File", "RAM"}) CHECK(!is_real_disk(location));
}
