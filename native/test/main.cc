// Runs every native test, or those whose name contains the first argument, without those that a further argument "--without=NAME"
// names (for what an emulator cannot do). Exit code 1 if a check failed. Main thread.
#include "check.h"

#include <string_view>

namespace {

constexpr std::string_view kWithout = "--without=";

bool left_out(std::string_view name, int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument.starts_with(kWithout) && name.find(argument.substr(kWithout.size())) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view wanted = argc > 1 && !std::string_view(argv[1]).starts_with(kWithout) ? argv[1] : "";
  int passed = 0, failed = 0;
  for (const auto& test : plimsoll::test::cases()) {
    if (std::string_view(test.name).find(wanted) == std::string_view::npos) continue;
    if (left_out(test.name, argc, argv)) {
      std::cout << "skip " << test.name << '\n';
      continue;
    }
    const int before = plimsoll::test::failures();
    test.body();
    const bool ok = plimsoll::test::failures() == before;
    (ok ? passed : failed) += 1;
    std::cout << (ok ? "ok   " : "FAIL ") << test.name << '\n';
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
