// The smallest test harness that prints what failed and goes on. One executable, one thread, no dependency, so that the
// tests build wherever the addon builds. Usage: TEST("what must hold") { CHECK(condition); CHECK_EQ(found, expected); }
#pragma once

#include "../result.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace plimsoll::test {

struct Case {
  const char* name;
  void (*body)();
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

inline int& failures() {
  static int count = 0;
  return count;
}

struct Registration {
  Registration(const char* name, void (*body)()) { cases().push_back({name, body}); }
};

inline void fail(const char* file, int line, const std::string& message) {
  std::cerr << file << ':' << line << ": " << message << '\n';
  ++failures();
}

template <typename T>
std::string shown(const T& value) {
  std::ostringstream text;
  if constexpr (std::is_same_v<T, Reason>) {
    constexpr const char* names[] = {
#define REASON(id, name, sentence) name,
#include "../reasons.def"
#undef REASON
    };
    text << names[static_cast<size_t>(value)];
  } else if constexpr (requires { text << value; }) {
    text << value;
  } else {
    text << "(not printable)";
  }
  return text.str();
}

template <typename A, typename B>
bool equal(const A& a, const B& b) {
  if constexpr (std::is_floating_point_v<A> || std::is_floating_point_v<B>) {
    const double x = static_cast<double>(a), y = static_cast<double>(b);
    return (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= 1e-9 * std::max({1.0, std::abs(x), std::abs(y)});
  } else {
    return a == b;
  }
}

}  // namespace plimsoll::test

#define PLIMSOLL_JOIN_(a, b) a##b
#define PLIMSOLL_JOIN(a, b) PLIMSOLL_JOIN_(a, b)
#define TEST(name)                                                                                          \
  static void PLIMSOLL_JOIN(test_, __LINE__)();                                                             \
  static const ::plimsoll::test::Registration PLIMSOLL_JOIN(registration_, __LINE__)(name, PLIMSOLL_JOIN(test_, __LINE__)); \
  static void PLIMSOLL_JOIN(test_, __LINE__)()
#define CHECK(condition) \
  do { if (!(condition)) ::plimsoll::test::fail(__FILE__, __LINE__, "expected: " #condition); } while (false)
#define CHECK_EQ(found, expected)                                                                  \
  do {                                                                                             \
    const auto found_ = (found);                                                                   \
    const auto expected_ = (expected);                                                             \
    if (!::plimsoll::test::equal(found_, expected_))                                               \
      ::plimsoll::test::fail(__FILE__, __LINE__, std::string(#found " is ") + ::plimsoll::test::shown(found_) + \
                                                     ", expected " + ::plimsoll::test::shown(expected_));        \
  } while (false)
