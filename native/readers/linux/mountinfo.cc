// See mountinfo.h. Fields stand between single blanks, for blanks inside them are escaped: so an empty source (a mount
// made with "") is an empty field, which splitting at any run of blanks would lose.
#include "mountinfo.h"

namespace plimsoll::linux_os {
namespace {

constexpr int kOptionalFieldsAtMost = 64;  // the kernel writes four: shared, master, propagate_from, unbindable

// The text up to the next blank. False where nothing is left, not even an empty field.
bool next_field(std::string_view& rest, bool& more, std::string_view& field) {
  if (!more) return false;
  const size_t end = rest.find(' ');
  field = rest.substr(0, end);
  more = end != std::string_view::npos;
  rest.remove_prefix(more ? end + 1 : rest.size());
  return true;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

void unescape(std::string_view text, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && text.size() - i > 3 && text[i + 1] >= '0' && text[i + 1] <= '3' &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
    i += 3;
  }
}

}  // namespace

bool parse_mountinfo_line(std::string_view line, Mount& mount) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  bool more = true;
  std::string_view field, root, mount_point, options, type, source, super_options;
  for (int i = 0; i < 3; ++i) {  // mount id, parent id, major:minor
    if (!next_field(line, more, field) || field.empty()) return false;
  }
  if (!next_field(line, more, root) || !next_field(line, more, mount_point) || !next_field(line, more, options)) return false;
  int optional = 0;
  do {
    if (!next_field(line, more, field) || ++optional > kOptionalFieldsAtMost) return false;
  } while (field != "-");
  if (!next_field(line, more, type) || !next_field(line, more, source) || !next_field(line, more, super_options)) return false;
  if (root.empty() || mount_point.empty() || type.empty()) return false;
  unescape(root, mount.root);
  unescape(mount_point, mount.mount_point);
  unescape(type, mount.type);
  unescape(source, mount.source);
  unescape(options, mount.options);
  unescape(super_options, mount.super_options);
  return true;
}

}  // namespace plimsoll::linux_os
