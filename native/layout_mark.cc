// The layout id as text inside the binary ("plimsoll-layout:<id>;"), for tools/check-prebuilds.mjs, which reads it in
// binaries that the machine it runs on cannot load. Constant data.
#include "fields.h"

#include <algorithm>
#include <array>

namespace plimsoll {
namespace {

constexpr std::string_view kMarkName = "plimsoll-layout:";
using Mark = std::array<char, 28>;  // the name, at most ten digits, ';', NUL

constexpr Mark layout_mark() {
  Mark text{};
  auto* end = std::copy_n(kMarkName.data(), kMarkName.size(), text.data());
  uint32_t divisor = 1;
  while (kLayoutId / divisor >= 10) divisor *= 10;
  for (; divisor > 0; divisor /= 10) *end++ = static_cast<char>('0' + kLayoutId / divisor % 10);
  *end = ';';
  return text;
}

}  // namespace

// Exported, so that no linker drops it.
#ifdef _WIN32
extern "C" __declspec(dllexport) const Mark plimsoll_layout;
#else
extern "C" __attribute__((visibility("default"))) const Mark plimsoll_layout;
#endif
const Mark plimsoll_layout = layout_mark();

}  // namespace plimsoll
