// See report.h. Numbers are written by hand: printf() follows the program's locale, where a decimal point may be a comma.
#include "report.h"

#include "readers/thread.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <string>

namespace plimsoll {
namespace {

struct Handed {
  int descriptor;
  std::string line;
};

std::atomic<bool> writing{false};

bool hand_over(int descriptor, std::string_view line) {
  if (writing.exchange(true)) return false;
  auto handed = std::make_unique<Handed>(Handed{descriptor, std::string(line)});
  Thread thread;
  const auto body = [](void* context) {
    const std::unique_ptr<Handed> mine(static_cast<Handed*>(context));
    write_waiting(mine->descriptor, mine->line);
    writing = false;
  };
  const bool started = thread.start("plimsoll-report", body, handed.get());
  if (!started) {
    writing = false;
    return false;
  }
  static_cast<void>(handed.release());
  thread.detach();
  return true;
}

}  // namespace

ReportText& ReportText::add(std::string_view text) {
  fits_ = fits_ && text.size() <= bytes_.size() - length_;
  if (!fits_) return *this;
  std::copy(text.begin(), text.end(), bytes_.begin() + static_cast<ptrdiff_t>(length_));
  length_ += text.size();
  return *this;
}

ReportText& ReportText::add(double number) {
  constexpr double most = 9007199254740992.0;  // 2^53
  if (!(std::abs(number) <= most)) return add("null");
  if (number < 0) add("-");
  const double magnitude = std::abs(number);
  uint64_t whole = static_cast<uint64_t>(magnitude);
  auto thousandths = static_cast<uint64_t>((magnitude - static_cast<double>(whole)) * 1000 + 0.5);
  whole += thousandths / 1000;
  thousandths %= 1000;
  add_digits(whole, 1);
  if (thousandths == 0) return *this;
  add(".");
  add_digits(thousandths, 3);
  return *this;
}

void ReportText::add_digits(uint64_t number, unsigned least) {
  char digits[20];
  char* first = digits + sizeof digits;
  for (unsigned count = 0; number > 0 || count < least; ++count, number /= 10) *--first = static_cast<char>('0' + number % 10);
  add({first, static_cast<size_t>(digits + sizeof digits - first)});
}

bool send_report(int descriptor, std::string_view line) {
  const Written outcome = write_now(descriptor, line);
  if (outcome == Written::would_wait) return hand_over(descriptor, line);
  return outcome == Written::done;
}

}  // namespace plimsoll
