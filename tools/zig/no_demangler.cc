// Linked into what Zig builds in place of the demangler of libc++abi, which is half of such a binary and only makes the
// message of std::terminate prettier. The answer -2 ("not a mangled name") makes it print the name as it is.
#include <cstddef>

extern "C" __attribute__((visibility("hidden"))) char* __cxa_demangle(const char*, char*, std::size_t*, int* status) {
  if (status != nullptr) *status = -2;
  return nullptr;
}
