// Documented byte layouts for readers/darwin/process_usage.h: every member at its offset in xnu's headers.
#include "../readers/darwin/process_usage.h"
#include "check.h"

using namespace plimsoll;
using namespace plimsoll::darwin_os;

namespace {

template <typename T>
void put(std::vector<uint8_t>& bytes, size_t place, T value) {
  std::memcpy(bytes.data() + place, &value, sizeof value);
}

// struct proc_taskinfo: six numbers of 64 bits, then twelve of 32.
std::vector<uint8_t> task_bytes() {
  std::vector<uint8_t> bytes(96);
  put(bytes, 0, uint64_t{420} << 30);   // pti_virtual_size
  put(bytes, 8, uint64_t{85} << 20);    // pti_resident_size
  put(bytes, 16, uint64_t{24'000'000});  // pti_total_user
  put(bytes, 48, int32_t{1});           // pti_policy
  put(bytes, 52, int32_t{31'337});      // pti_faults
  put(bytes, 56, int32_t{17});          // pti_pageins
  put(bytes, 84, int32_t{11});          // pti_threadnum
  put(bytes, 88, int32_t{2});           // pti_numrunning
  put(bytes, 92, int32_t{31});          // pti_priority
  return bytes;
}

// struct rusage_info_v4: 16 bytes, then 35 numbers of 64 bits.
std::vector<uint8_t> usage_bytes() {
  std::vector<uint8_t> bytes(296);
  for (size_t i = 0; i < 35; ++i) put(bytes, 16 + 8 * i, uint64_t{1000 + i});
  return bytes;
}

UsageRecord usage_of(uint64_t user, uint64_t system, uint64_t runnable) {
  UsageRecord usage{};
  usage.user_ticks = user;
  usage.system_ticks = system;
  usage.runnable_ticks = runnable;
  return usage;
}

}  // namespace

TEST("darwin process: struct proc_taskinfo") {
  auto bytes = task_bytes();
  const auto task = decode_task(bytes);
  CHECK(static_cast<bool>(task));
  CHECK_EQ(task->resident_bytes, uint64_t{85} << 20);
  CHECK_EQ(task->faults, 31'337);
  CHECK_EQ(task->pageins, 17);
  CHECK_EQ(task->threads, 11);
  CHECK_EQ(task->priority, 31);
  for (size_t length = 0; length < bytes.size(); ++length) CHECK_EQ(decode_task(Bytes(bytes).first(length)).reason, Reason::malformed);
  bytes.resize(200);  // a longer record of a later system
  CHECK_EQ(decode_task(bytes)->threads, 11);
  put(bytes, 84, int32_t{0});
  CHECK_EQ(decode_task(bytes).reason, Reason::malformed);
}

TEST("darwin process: struct rusage_info_v4") {
  const auto bytes = usage_bytes();
  const auto usage = decode_usage(bytes);
  CHECK(static_cast<bool>(usage));
  CHECK_EQ(usage->user_ticks, 1000u);
  CHECK_EQ(usage->system_ticks, 1001u);
  CHECK_EQ(usage->pageins, 1004u);
  CHECK_EQ(usage->disk_read_bytes, 1016u);
  CHECK_EQ(usage->disk_written_bytes, 1017u);
  CHECK_EQ(usage->logical_written_bytes, 1027u);
  CHECK_EQ(usage->runnable_ticks, 1034u);
  CHECK_EQ(decode_usage(Bytes(bytes).first(295)).reason, Reason::malformed);
}

// struct task_vm_info: one number of 64 bits, two of 32, then numbers of 64.
TEST("darwin process: struct task_vm_info, as much of it as the system answers") {
  std::vector<uint8_t> bytes(152);
  put(bytes, 16, uint64_t{85} << 20);    // resident_size
  put(bytes, 120, uint64_t{30} << 20);   // compressed
  put(bytes, 144, uint64_t{101} << 20);  // phys_footprint
  CHECK_EQ(decode_memory(bytes)->footprint_bytes, uint64_t{101} << 20);
  CHECK_EQ(decode_memory(Bytes(bytes).first(144)).reason, Reason::unsupported);  // revision 0, which has none
  for (const size_t length : {0, 4, 143, 145, 148, 151}) CHECK_EQ(decode_memory(Bytes(bytes).first(length)).reason, Reason::malformed);
  bytes.resize(340);  // a later revision
  CHECK_EQ(decode_memory(bytes)->footprint_bytes, uint64_t{101} << 20);
}

TEST("darwin process: a Mach tick is 1/frequency, translated or not") {
  CHECK_EQ(*mach_tick_seconds(Result<uint64_t>(24'000'000)) * 24e6, 1.0);     // Apple silicon, and Rosetta on it
  CHECK_EQ(*mach_tick_seconds(Result<uint64_t>(1'000'000'000)) * 1e9, 1.0);  // Intel
  CHECK_EQ(mach_tick_seconds(Result<uint64_t>(0)).reason, Reason::malformed);
  CHECK_EQ(mach_tick_seconds(Result<uint64_t>(41)).reason, Reason::malformed);
  CHECK_EQ(mach_tick_seconds(Reason::denied).reason, Reason::denied);
}

TEST("darwin process: waiting is runnable less running, never below 0") {
  CHECK_EQ(waiting_ticks(usage_of(70, 20, 100)), 10.0);
  CHECK_EQ(waiting_ticks(usage_of(70, 31, 100)), 0.0);
  CHECK_EQ(waiting_ticks(usage_of(0, 0, 0)), 0.0);
}

TEST("darwin process: faults count until the kernel's counter stops") {
  CHECK_EQ(*minor_faults(100, 5), 100.0);
  CHECK_EQ(*minor_faults(2'147'483'640, 6), 2'147'483'640.0);
  CHECK_EQ(minor_faults(2'147'483'640, 7).reason, Reason::gone);
  CHECK_EQ(minor_faults(-1, 7).reason, Reason::malformed);
}

TEST("darwin process: a list of descriptors that fills its room may go on") {
  CHECK(listing_of(8, 4096) == Listing::complete);
  CHECK(listing_of(4088, 4096) == Listing::complete);
  CHECK(listing_of(4096, 4096) == Listing::full);
  CHECK(listing_of(4104, 4096) == Listing::malformed);
  for (const int64_t answered : {-1, 0, 1, 12}) CHECK(listing_of(answered, 4096) == Listing::malformed);
}
