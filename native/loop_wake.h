// Wakes one libuv loop when its listener has news: an unref'd async handle, so it keeps nothing alive. Made and ended on the
// loop's own thread; woken from any.
#pragma once

#include "listeners.h"

#include <memory>

struct uv_loop_s;
struct uv_async_s;

namespace plimsoll {

class LoopWake {
 public:
  using Callback = void (*)(void* context);  // on the loop's thread

  // Null if libuv refuses.
  static LoopWake* start(uv_loop_s* loop, const LoopWatch* watch, Callback callback, void* context);

  // Nobody wakes it from here on. Frees itself when libuv has closed the handle; then calls `closed(context)`.
  void end(Callback closed, void* context);

  Listener& listener() { return listener_; }
  double wake_ups() const { return wake_ups_; }

 private:
  LoopWake(const LoopWatch* watch, Callback callback, void* context);

  Listener listener_;
  std::unique_ptr<uv_async_s> handle_;
  Callback callback_;
  void* context_;
  double wake_ups_ = 0;
};

}  // namespace plimsoll
