// See api.h.
#include "api.h"

namespace plimsoll::windows_os {
namespace {

Api look_up_all() {
  Api found{};
  const HMODULE nt = GetModuleHandleW(L"ntdll.dll");
  look_up(nt, "NtQuerySystemInformation", found.query_system);
  look_up(nt, "NtQuerySystemInformationEx", found.query_system_ex);
  look_up(nt, "NtGetNextThread", found.get_next_thread);
  const HMODULE base = GetModuleHandleW(L"kernelbase.dll");
  look_up(base, "QueryUnbiasedInterruptTimePrecise", found.unbiased_time_precise);
  look_up(base, "SetThreadDescription", found.name_thread);
  const HMODULE network = system_library(L"iphlpapi.dll");
  look_up(network, "GetIfTable2", found.get_interfaces);
  look_up(network, "FreeMibTable", found.free_table);
  return found;
}

}  // namespace

const Api& api() {
  static const Api found = look_up_all();
  return found;
}

HMODULE system_library(const wchar_t* name) { return LoadLibraryExW(name, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32); }

Reason reason_of_error(DWORD error) {
  switch (error) {
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
      return Reason::denied;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_NOT_READY:
    case ERROR_DEV_NOT_EXIST:
    case ERROR_DEVICE_NOT_CONNECTED:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
      return Reason::gone;
    case ERROR_INVALID_FUNCTION:
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_PARAMETER:
      return Reason::unsupported;
    default:
      return Reason::internal;
  }
}

Reason reason_of_status(Status status) {
  switch (static_cast<uint32_t>(status)) {
    case 0xC0000002:  // STATUS_NOT_IMPLEMENTED
    case 0xC0000003:  // STATUS_INVALID_INFO_CLASS
    case 0xC000000D:  // STATUS_INVALID_PARAMETER
    case 0xC00000BB:  // STATUS_NOT_SUPPORTED
      return Reason::unsupported;
    case 0xC0000022:  // STATUS_ACCESS_DENIED
    case 0xC0000061:  // STATUS_PRIVILEGE_NOT_HELD
      return Reason::denied;
    default:
      return Reason::internal;
  }
}

}  // namespace plimsoll::windows_os
