// Watches one libuv loop for the sampler: an unref'd prepare handle stamps every iteration. No timer, and it keeps
// nothing alive. Made and ended on the loop's own thread.
#pragma once

#include "event_loops.h"

#include <memory>

struct uv_loop_s;
struct uv_prepare_s;

namespace plimsoll {

class LoopStamp {
 public:
  // Null if libuv refuses.
  static LoopStamp* start(uv_loop_s* loop, double thread_id, bool main);

  // Forgets the loop at once and frees itself when libuv has closed the handle; then calls `closed(context)`.
  void end(void (*closed)(void*), void* context);

  const LoopWatch* watch() const { return &watch_; }

 private:
  explicit LoopStamp(uv_loop_s* loop, double thread_id, bool main);

  LoopWatch watch_;
  std::unique_ptr<uv_prepare_s> handle_;
  void (*closed_)(void*) = nullptr;
  void* context_ = nullptr;
};

}  // namespace plimsoll
