// Holds layouts.h against the system's headers, at compile time. No code.
#include "layouts.h"

#include "api.h"

#include <pdh.h>
#include <winioctl.h>
#include <winternl.h>

namespace plimsoll::windows_os {
namespace {

#define SAME(ours, member, theirs, field) static_assert(offsetof(ours, member) == offsetof(theirs, field))

static_assert(sizeof(void*) == 8, "only 64-bit Windows is supported");
static_assert(sizeof(wchar_t) == sizeof(char16_t));

static_assert(sizeof(ProcessorTimes) == sizeof(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION));
SAME(ProcessorTimes, idle, SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, IdleTime);
SAME(ProcessorTimes, kernel, SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, KernelTime);
SAME(ProcessorTimes, user, SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, UserTime);
SAME(ProcessorTimes, dpc, SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, Reserved1);  // ntdoc: DpcTime, InterruptTime

SAME(ProcessEntry, threads, SYSTEM_PROCESS_INFORMATION, NumberOfThreads);
SAME(ProcessEntry, name_bytes, SYSTEM_PROCESS_INFORMATION, ImageName);
SAME(ProcessEntry, pid, SYSTEM_PROCESS_INFORMATION, UniqueProcessId);
SAME(ProcessEntry, handles, SYSTEM_PROCESS_INFORMATION, HandleCount);

static_assert(sizeof(DiskPerformance) == sizeof(DISK_PERFORMANCE));
SAME(DiskPerformance, idle_time, DISK_PERFORMANCE, IdleTime);
SAME(DiskPerformance, reads, DISK_PERFORMANCE, ReadCount);
SAME(DiskPerformance, writes, DISK_PERFORMANCE, WriteCount);
SAME(DiskPerformance, query_time, DISK_PERFORMANCE, QueryTime);

static_assert(sizeof(InterfaceRow) == sizeof(MIB_IF_ROW2));
static_assert(kInterfaceRowsAt == offsetof(MIB_IF_TABLE2, Table));
SAME(InterfaceRow, luid, MIB_IF_ROW2, InterfaceLuid);
SAME(InterfaceRow, alias, MIB_IF_ROW2, Alias);
SAME(InterfaceRow, description, MIB_IF_ROW2, Description);
SAME(InterfaceRow, address_bytes, MIB_IF_ROW2, PhysicalAddressLength);
SAME(InterfaceRow, permanent_address, MIB_IF_ROW2, PermanentPhysicalAddress);
SAME(InterfaceRow, type, MIB_IF_ROW2, Type);
SAME(InterfaceRow, flags, MIB_IF_ROW2, InterfaceAndOperStatusFlags);
SAME(InterfaceRow, in_octets, MIB_IF_ROW2, InOctets);
SAME(InterfaceRow, in_discards, MIB_IF_ROW2, InDiscards);
SAME(InterfaceRow, out_octets, MIB_IF_ROW2, OutOctets);
SAME(InterfaceRow, out_errors, MIB_IF_ROW2, OutErrors);
SAME(InterfaceRow, out_queue, MIB_IF_ROW2, OutQLen);

static_assert(sizeof(RawCounterItem) == sizeof(PDH_RAW_COUNTER_ITEM_W));
SAME(RawCounterItem, counter, PDH_RAW_COUNTER_ITEM_W, RawValue);
SAME(RawCounter, first, PDH_RAW_COUNTER, FirstValue);
SAME(RawCounter, second, PDH_RAW_COUNTER, SecondValue);

static_assert(sizeof(JobLimits) == sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION));
SAME(JobLimits, flags, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, BasicLimitInformation.LimitFlags);
SAME(JobLimits, active_processes, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, BasicLimitInformation.ActiveProcessLimit);
SAME(JobLimits, job_memory, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobMemoryLimit);
static_assert(sizeof(JobCpuRate) == sizeof(JOBOBJECT_CPU_RATE_CONTROL_INFORMATION));
SAME(JobCpuRate, rate, JOBOBJECT_CPU_RATE_CONTROL_INFORMATION, CpuRate);

#undef SAME

}  // namespace
}  // namespace plimsoll::windows_os
