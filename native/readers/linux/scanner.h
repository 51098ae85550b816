// Walks over the text of a kernel file without copying it. Never reads past its end, whatever the text is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

namespace plimsoll::linux_os {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  // The next line without its newline. False at the end.
  bool line(std::string_view& line) {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return true;
  }

  // The next word: what stands between blanks. False at the end.
  bool word(std::string_view& word) {
    skip_blanks();
    size_t length = 0;
    while (length < rest_.size() && !is_blank(rest_[length])) ++length;
    word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return length > 0;
  }

  // The next word as an unsigned number, all of it digits. False (and the word is consumed) if it is none or too large.
  bool number(uint64_t& number) {
    skip_blanks();
    size_t length = 0;
    uint64_t value = 0;
    bool fits = true;
    // 19 digits always fit; only then each is checked.
    const size_t certain = std::min<size_t>(rest_.size(), 19);
    for (; length < certain && is_digit(rest_[length]); ++length) value = value * 10 + static_cast<uint64_t>(rest_[length] - '0');
    for (; length < rest_.size() && is_digit(rest_[length]); ++length) {
      const auto digit = static_cast<uint64_t>(rest_[length] - '0');
      fits = fits && value <= (std::numeric_limits<uint64_t>::max() - digit) / 10;
      value = fits ? value * 10 + digit : 0;
    }
    const bool whole = length > 0 && (length == rest_.size() || is_blank(rest_[length]));
    while (length < rest_.size() && !is_blank(rest_[length])) ++length;
    rest_.remove_prefix(length);
    if (whole && fits) number = value;
    return whole && fits;
  }

  bool skip_words(size_t count) {
    std::string_view ignored;
    for (size_t i = 0; i < count; ++i) {
      if (!word(ignored)) return false;
    }
    return true;
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  void skip_blanks() {
    size_t length = 0;
    while (length < rest_.size() && is_blank(rest_[length])) ++length;
    rest_.remove_prefix(length);
  }

  std::string_view rest_;
};

// The whole text as one number; blanks around it are allowed.
inline bool whole_number(std::string_view text, uint64_t& number) {
  Scanner scanner(text);
  std::string_view more;
  return scanner.number(number) && !scanner.word(more);
}

}  // namespace plimsoll::linux_os
