// See cgroup_files.h.
#include "cgroup_files.h"

#include "scanner.h"

namespace plimsoll::linux_os {
namespace {

constexpr uint64_t kNoLimit = uint64_t{1} << 60;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<double> parse_amount(std::string_view text) {
  uint64_t amount = 0;
  if (!whole_number(text, amount)) return Reason::malformed;
  return static_cast<double>(amount);
}

Result<double> parse_limit(std::string_view text) {
  if (trimmed(text) == "max") return Reason::unlimited;
  uint64_t limit = 0;
  if (!whole_number(text, limit)) return Reason::malformed;
  if (limit >= kNoLimit) return Reason::unlimited;
  return static_cast<double>(limit);
}

Result<double> parse_keyed(std::string_view text, std::string_view key) {
  Scanner lines(text);
  std::string_view line;
  while (lines.line(line)) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') continue;
    return parse_amount(line.substr(key.size() + 1));
  }
  return Reason::unsupported;
}

Result<double> read_amount(KeptFile& file) {
  const auto text = file.read();
  return text ? parse_amount(*text) : Result<double>(text.reason);
}

Result<double> read_limit(KeptFile& file) {
  const auto text = file.read();
  return text ? parse_limit(*text) : Result<double>(text.reason);
}

void take_least(Result<double>& least, const Result<double>& level) {
  if (level.reason == Reason::unsupported) return;
  if (least.reason != Reason::known && least.reason != Reason::unlimited && least.reason != Reason::unsupported) return;
  if (level.reason == Reason::unlimited && least.reason == Reason::known) return;
  if (level && least && *least <= *level) return;
  least = level;
}

Result<double> GroupCounter::grow(uint64_t group, const Result<double>& raw) {
  if (!raw) return raw.reason;
  total_.begin();
  total_.observe(group, {*raw});
  total_.end();
  return total_.totals()[0];
}

}  // namespace plimsoll::linux_os
