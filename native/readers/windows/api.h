// Functions that are looked up when first needed, because they are undocumented, newer than the oldest Windows or in a
// library that the import table shall not name. Null where the system has none. Any thread.
// https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-getprocaddress
#pragma once

#include "../../result.h"

#ifndef NOMINMAX
#define NOMINMAX  // or windows.h makes macros of std::min and std::max
#endif
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <netioapi.h>

namespace plimsoll::windows_os {

using Status = LONG;  // NTSTATUS: negative is an error
inline constexpr Status kLengthMismatch = static_cast<Status>(0xC0000004);  // STATUS_INFO_LENGTH_MISMATCH
inline constexpr Status kNoMoreEntries = static_cast<Status>(0x8000001A);   // STATUS_NO_MORE_ENTRIES

// Classes of NtQuerySystemInformation: https://ntdoc.m417z.com/system_information_class
enum class SystemClass : int { performance = 2, processes = 5, processor_performance = 8, page_files = 18 };

struct Api {
  // ntdll.dll
  Status(NTAPI* query_system)(SystemClass, void*, ULONG, ULONG*);
  Status(NTAPI* query_system_ex)(SystemClass, void*, ULONG, void*, ULONG, ULONG*);  // since Windows 7
  Status(NTAPI* get_next_thread)(HANDLE, HANDLE, ACCESS_MASK, ULONG, ULONG, HANDLE*);
  // kernelbase.dll
  void(WINAPI* unbiased_time_precise)(ULONGLONG*);       // since Windows 10
  HRESULT(WINAPI* name_thread)(HANDLE, const wchar_t*);  // since Windows 10 1607
  // iphlpapi.dll
  decltype(&GetIfTable2) get_interfaces;
  decltype(&FreeMibTable) free_table;
};

const Api& api();

// A library of the system's own folder, never of the working directory or the PATH. Null if there is none.
HMODULE system_library(const wchar_t* name);

template <typename Function>
bool look_up(HMODULE library, const char* name, Function& function) {
  function = library == nullptr ? nullptr : reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(library, name)));
  return function != nullptr;
}

// Why a call failed, by its GetLastError() or its NTSTATUS.
Reason reason_of_error(DWORD error);
Reason reason_of_status(Status status);

}  // namespace plimsoll::windows_os
