// The parts of libc++ and libc++abi that the addon uses, from Zig's own sources, as one object. Without it Zig would build both
// libraries whole for each target, which takes longer than the addon itself and is mostly streams and locales. A function of the
// standard library that is not in here leaves an undefined symbol, which tools/check-prebuilds.mjs names: add its source file.
#include <memory.cpp> // first: it says how <memory> is to be included
#include <algorithm.cpp>
#include <functional.cpp>
#include <hash.cpp>
#include <mutex.cpp>
#include <string.cpp>
#include <verbose_abort.cpp>

#include <cxa_guard.cpp>
#include <cxa_virtual.cpp>
#include <stdlib_exception.cpp>
#include <stdlib_new_delete.cpp>
#ifdef _WIN32
#include <chrono.cpp>
#include <condition_variable.cpp>
#include <support/win32/thread_win32.cpp>
#include <thread.cpp>
#endif

#include <cstdlib>

#if !_LIBCPP_HAS_TRIVIAL_MUTEX_DESTRUCTION  // macOS, musl
std::mutex::~mutex() noexcept { std::__libcpp_mutex_destroy(&__m_); }  // mutex_destructor.cpp, which defines the class anew
#endif

// What would bring in the rest, for a message or an exception. There are no exceptions here: each of these ends the process.
extern "C" void __abort_message(const char*, ...) { std::abort(); }
std::new_handler std::get_new_handler() noexcept { return nullptr; }
void std::__throw_system_error(int, const char*) { std::abort(); }
#ifdef _WIN32
void std::terminate() noexcept { std::abort(); }
void std::__assoc_sub_state::__make_ready() { std::abort(); }  // of a std::promise, and its file is not here
#endif
