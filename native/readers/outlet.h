// Writing to a descriptor of the host program, of which nothing is known but its number. Each readers/<os>/outlet.cc defines
// both. A text is at most kOutletBytes long, so that a pipe takes it whole or not at all.
#pragma once

#include <cstddef>
#include <string_view>

namespace plimsoll {

inline constexpr size_t kOutletBytes = 4096;  // PIPE_BUF of Linux, the least of what systems have that is of use

enum class Written {
  done,
  full,        // whoever reads the other end is behind
  would_wait,  // cannot be told without waiting: write_waiting() on a thread that may
  failed,
};

// Never waits, whatever the descriptor is and whoever else writes to it.
Written write_now(int descriptor, std::string_view text);

// May wait, for ever too. False: the descriptor takes nothing.
bool write_waiting(int descriptor, std::string_view text);

}  // namespace plimsoll
