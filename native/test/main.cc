// Runs every native test, or those whose name contains the first argument. Exit code 1 if a check failed.
#include "check.h"

#include <string_view>

int main(int argc, char** argv) {
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  int passed = 0, failed = 0;
  for (const auto& test : plimsoll::test::cases()) {
    if (std::string_view(test.name).find(wanted) == std::string_view::npos) continue;
    const int before = plimsoll::test::failures();
    test.body();
    const bool ok = plimsoll::test::failures() == before;
    (ok ? passed : failed) += 1;
    std::cout << (ok ? "ok   " : "FAIL ") << test.name << '\n';
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
