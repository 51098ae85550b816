// See process_stat.h.
#include "process_stat.h"

#include "scanner.h"

#include <limits>

namespace plimsoll::linux_os {

// Fields, counted from 1: 2 the name, which may hold anything and ends with the last ')'; 3 state 4 parent 5–13 …
// 14 utime 15 stime 16 cutime 17 cstime 18 priority 19 nice (both may be negative) 20 threads 21 … 22 start time.
Result<KinStat> parse_kin(std::string_view stat_text) {
  const size_t name_end = stat_text.rfind(')');
  if (name_end == std::string_view::npos) return Reason::malformed;
  Scanner words(stat_text.substr(name_end + 1));
  std::string_view state;
  uint64_t parent = 0, user = 0, system = 0, waited_user = 0, waited_system = 0;
  KinStat kin{};
  const bool good = words.word(state) && words.number(parent) && words.skip_words(9) && words.number(user) &&
                    words.number(system) && words.number(waited_user) && words.number(waited_system) && words.skip_words(2) &&
                    words.number(kin.threads) && words.skip_words(1) && words.number(kin.start_ticks);
  if (!good || state.size() != 1 || parent > std::numeric_limits<uint32_t>::max()) return Reason::malformed;
  kin.state = state[0];
  kin.parent = static_cast<uint32_t>(parent);
  kin.own_ticks = user + system;
  kin.waited_ticks = waited_user + waited_system;
  return kin;
}

Result<uint64_t> parse_last_pid(std::string_view loadavg_text) {
  Scanner words(loadavg_text);
  uint64_t last = 0;
  if (!words.skip_words(4) || !words.number(last) || last > std::numeric_limits<uint32_t>::max()) return Reason::malformed;
  return last;
}

}  // namespace plimsoll::linux_os
