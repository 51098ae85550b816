// See ../outlet.h. Descriptors belong to the C runtime of the program, which is not ours: only standard output and error
// have handles that the system knows by these names. Any thread.
// https://learn.microsoft.com/windows/console/getstdhandle
#include "../outlet.h"

#include "api.h"

namespace plimsoll {
namespace {

HANDLE standard_handle(int descriptor) {
  if (descriptor != 1 && descriptor != 2) return nullptr;
  const HANDLE handle = GetStdHandle(descriptor == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
  return handle == INVALID_HANDLE_VALUE ? nullptr : handle;
}

}  // namespace

Written write_now(int descriptor, std::string_view) {
  return standard_handle(descriptor) == nullptr ? Written::failed : Written::would_wait;
}

bool write_waiting(int descriptor, std::string_view text) {
  const HANDLE handle = standard_handle(descriptor);
  DWORD written = 0;
  return handle != nullptr && WriteFile(handle, text.data(), static_cast<DWORD>(text.size()), &written, nullptr) != 0 &&
         written == text.size();
}

}  // namespace plimsoll
