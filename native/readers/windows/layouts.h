// The tables that Windows fills, as plain layouts of 64-bit Windows, so that they can be decoded and tested anywhere.
// layouts.cc holds them against the system's own headers. Any thread: declarations only.
// https://learn.microsoft.com/windows/win32/api/ https://ntdoc.m417z.com/
#pragma once

#include <cstddef>
#include <cstdint>

namespace plimsoll::windows_os {

inline constexpr double kSecondsPerTick = 1e-7;  // the system's times are in units of 100 ns

// SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, one per CPU of a processor group. Kernel time includes idle, DPC and interrupt.
struct ProcessorTimes {
  int64_t idle;
  int64_t kernel;
  int64_t user;
  int64_t dpc;
  int64_t interrupt;
  uint32_t interrupts;
  uint32_t padding;
};
static_assert(sizeof(ProcessorTimes) == 48);

// SYSTEM_PROCESS_INFORMATION, a list; the threads of each follow its entry.
struct ProcessEntry {
  uint32_t next_offset;  // from this entry; 0: the last one
  uint32_t threads;
  int64_t working_set_private;
  uint32_t faults[2];
  uint64_t cycles;
  int64_t created;
  int64_t user;
  int64_t kernel;
  uint16_t name_bytes;
  uint16_t name_room;
  uint32_t padding;
  uint64_t name;
  int32_t priority;
  uint32_t more_padding;
  uint64_t pid;
  uint64_t parent;
  uint32_t handles;
  uint32_t session;
};
static_assert(sizeof(ProcessEntry) == 104);

// SYSTEM_PAGEFILE_INFORMATION, a list: each entry says where the next begins. Sizes in pages.
struct PageFileEntry {
  uint32_t next_offset;  // from this entry; 0: the last one
  uint32_t total_pages;
  uint32_t in_use_pages;
  uint32_t peak_pages;
  uint16_t name_bytes;
  uint16_t name_room;
  uint32_t padding;
  uint64_t name;
};
static_assert(sizeof(PageFileEntry) == 32);

// DISK_PERFORMANCE. Later systems may answer with more.
struct DiskPerformance {
  int64_t bytes_read;
  int64_t bytes_written;
  int64_t read_time;   // of all requests together: more than has passed where several are in flight
  int64_t write_time;
  int64_t idle_time;   // without a request in flight
  uint32_t reads;
  uint32_t writes;
  uint32_t queue_depth;
  uint32_t splits;
  int64_t query_time;  // the clock that idle_time is to be held against
  uint32_t device_number;
  char16_t manager_name[8];
  uint32_t padding;
};
static_assert(sizeof(DiskPerformance) == 88);

// MIB_IF_ROW2, after the table's count of rows.
struct InterfaceRow {
  uint64_t luid;
  uint32_t index;
  uint8_t guid[16];
  char16_t alias[257];
  char16_t description[257];
  uint32_t address_bytes;
  uint8_t address[32];
  uint8_t permanent_address[32];
  uint32_t mtu;
  uint32_t type;
  uint32_t kinds[5];  // tunnel type, media type, physical medium, access, direction
  uint8_t flags;      // bit 0 hardware interface, bit 1 filter interface
  uint32_t states[3]; // operational, administrative, media
  uint8_t network_guid[16];
  uint32_t connection_type;
  uint64_t speeds[2];
  uint64_t in_octets;
  uint64_t in_unicast_packets;
  uint64_t in_other_packets;
  uint64_t in_discards;
  uint64_t in_errors;
  uint64_t in_unknown_protocols;
  uint64_t in_octets_by_kind[3];
  uint64_t out_octets;
  uint64_t out_unicast_packets;
  uint64_t out_other_packets;
  uint64_t out_discards;
  uint64_t out_errors;
  uint64_t out_octets_by_kind[3];
  uint64_t out_queue;
};
static_assert(sizeof(InterfaceRow) == 1352);
inline constexpr size_t kInterfaceRowsAt = 8;  // MIB_IF_TABLE2: a 32-bit count, padded

// PDH_RAW_COUNTER and PDH_RAW_COUNTER_ITEM_W; the names follow the items in the same buffer.
struct RawCounter {
  uint32_t status;
  uint32_t time[2];
  int64_t first;
  int64_t second;
  uint32_t multiple;
};
static_assert(sizeof(RawCounter) == 40);
struct RawCounterItem {
  const char16_t* name;
  RawCounter counter;
};

// JOBOBJECT_EXTENDED_LIMIT_INFORMATION
struct IoCounts {
  uint64_t operations[3];
  uint64_t read_bytes;
  uint64_t written_bytes;
  uint64_t other_bytes;
};
struct JobLimits {
  int64_t user_time_limits[2];
  uint32_t flags;
  uint64_t working_sets[2];
  uint32_t active_processes;
  uint64_t affinity;
  uint32_t classes[2];
  IoCounts io;
  uint64_t process_memory;
  uint64_t job_memory;
  uint64_t peaks[2];
};
static_assert(sizeof(JobLimits) == 144);

// JOBOBJECT_CPU_RATE_CONTROL_INFORMATION; `rate` is a union: with kJobRateMinMax, two 16-bit rates, the upper one last.
struct JobCpuRate {
  uint32_t flags;
  uint32_t rate;  // per 10 000 of all CPUs of the host
};

}  // namespace plimsoll::windows_os
