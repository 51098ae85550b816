// The parts of libc++ and libc++abi that the addon uses, from Zig's own sources, as one object. Without it Zig would build both
// libraries whole for each target, which takes longer than the addon itself and is mostly streams and locales. A function of the
// standard library that is not in here leaves an undefined symbol, which tools/check-prebuilds.mjs names: add its source file.
#include <algorithm.cpp>
#include <hash.cpp>
#include <memory.cpp>
#include <mutex.cpp>
#include <string.cpp>
#include <verbose_abort.cpp>

#include <cxa_guard.cpp>
#include <cxa_virtual.cpp>
#include <stdlib_new_delete.cpp>
