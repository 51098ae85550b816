// Page counts and documented byte layouts for readers/darwin/memory_pages.h, space.h and filesystem.h.
#include "../readers/darwin/filesystem.h"
#include "../readers/darwin/memory_pages.h"
#include "../readers/darwin/space.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::darwin_os;

namespace {

constexpr double kPage = 16384;
constexpr double kGiB = 1024.0 * 1024 * 1024;

}  // namespace

TEST("darwin memory: available is free, of files and purgeable; free is free alone") {
  const auto memory = host_memory({.free = 10'000, .external = 200'000, .purgeable = 5'000}, kPage, 16 * kGiB);
  CHECK(static_cast<bool>(memory));
  CHECK_EQ(memory->available_bytes, 215'000 * kPage);
  CHECK_EQ(memory->free_bytes, 10'000 * kPage);
  CHECK_EQ(memory->cached_bytes, 200'000 * kPage);
}

TEST("darwin memory: counts of 32 bits do not overflow, and never exceed the total") {
  const PageCounts large{.free = 0xffffffff, .external = 0xffffffff, .purgeable = 0xffffffff};
  CHECK_EQ(host_memory(large, kPage, 16 * kGiB).reason, Reason::malformed);
  CHECK_EQ(host_memory(large, kPage, 1e18)->available_bytes, 3 * 4294967295.0 * kPage);
  // The counts are read one after the other: a page may be counted twice on its way from one queue to another.
  const PageCounts doubled{.free = 65'536, .external = 100, .purgeable = 0};
  CHECK_EQ(host_memory(doubled, kPage, kGiB)->available_bytes, kGiB);
  CHECK_EQ(host_memory({}, 0, kGiB).reason, Reason::malformed);
  CHECK_EQ(host_memory({}, kPage, kGiB)->available_bytes, 0.0);
}

TEST("darwin memory: struct xsw_usage") {
  std::vector<uint8_t> bytes(32);
  const auto put = [&bytes](size_t place, auto value) { std::memcpy(bytes.data() + place, &value, sizeof value); };
  put(0, uint64_t{3} << 30);   // xsu_total
  put(8, uint64_t{1} << 30);   // xsu_avail
  put(16, uint64_t{2} << 30);  // xsu_used
  put(24, uint32_t{16384});    // xsu_pagesize
  put(28, uint32_t{1});        // xsu_encrypted
  const auto swap = decode_swap(bytes);
  CHECK(static_cast<bool>(swap));
  CHECK_EQ(static_cast<double>(swap->total_bytes), 3 * kGiB);
  CHECK_EQ(static_cast<double>(swap->available_bytes), kGiB);
  CHECK_EQ(decode_swap(Bytes(bytes).first(31)).reason, Reason::malformed);
  put(8, uint64_t{4} << 30);
  CHECK_EQ(decode_swap(bytes).reason, Reason::malformed);
  const std::vector<uint8_t> none(32);  // before the first swap file is made
  CHECK_EQ(decode_swap(none)->total_bytes, uint64_t{0});
}

TEST("darwin space: 64-bit block counts; none left; no size") {
  const auto large = space_from(4096, uint64_t{1} << 33, uint64_t{1} << 32);  // 32 TiB
  CHECK_EQ(large->total_bytes, 32 * 1024 * kGiB);
  CHECK_EQ(large->available_bytes, 16 * 1024 * kGiB);
  CHECK_EQ(space_from(4096, 100, static_cast<uint64_t>(int64_t{-3}))->available_bytes, 0.0);
  CHECK_EQ(space_from(512, 0, 0).reason, Reason::unsupported);
}

TEST("darwin file systems: the kernel's own are not listed") {
  for (const char* type : {"apfs", "hfs", "nfs", "smbfs", "exfat", "msdos", "macfuse"}) CHECK(is_real_file_system(type));
  for (const char* type : {"devfs", "autofs", "fdesc"}) CHECK(!is_real_file_system(type));
}
