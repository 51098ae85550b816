// A value, or the reason why there is none. Any thread.
#pragma once

#include "fields.h"

#include <utility>

namespace plimsoll {

template <typename T>
struct Result {
  T value{};
  Reason reason = Reason::known;

  Result(T known) : value(std::move(known)) {}  // NOLINT(google-explicit-constructor): a value is a result
  Result(Reason why) : reason(why) {}           // NOLINT(google-explicit-constructor): so is a reason

  explicit operator bool() const { return reason == Reason::known; }
  const T& operator*() const& { return value; }
  T operator*() && { return std::move(value); }  // of a temporary: no reference that dangles
  const T* operator->() const { return &value; }
};

}  // namespace plimsoll
