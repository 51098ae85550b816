// See loop_stamp.h. Knows libuv, as addon.cc alone does beside it. https://docs.libuv.org/en/v1.x/metrics.html
#include "loop_stamp.h"

#include "readers/clock.h"
#include "sampler.h"

#include <uv.h>

namespace plimsoll {
namespace {

uint64_t idle_ns(void* loop) { return uv_metrics_idle_time(static_cast<uv_loop_t*>(loop)); }  // any thread: it locks

// The clock that the sampler's thread compares with: libuv's own goes on while the machine sleeps, on some systems.
uint64_t now_ns() { return static_cast<uint64_t>(monotonic_seconds() * 1e9); }

}  // namespace

LoopStamp::LoopStamp(uv_loop_s* loop, double thread_id, bool main)
    : watch_(thread_id, main, loop, idle_ns, now_ns()), handle_(std::make_unique<uv_prepare_s>()) {
  handle_->data = this;
}

LoopStamp* LoopStamp::start(uv_loop_s* loop, double thread_id, bool main) {
  std::unique_ptr<LoopStamp> stamp(new LoopStamp(loop, thread_id, main));
  if (uv_prepare_init(loop, stamp->handle_.get()) != 0) return nullptr;
  uv_prepare_start(stamp->handle_.get(), [](uv_prepare_t* handle) { static_cast<LoopStamp*>(handle->data)->watch_.stamp(now_ns()); });
  uv_unref(reinterpret_cast<uv_handle_t*>(stamp->handle_.get()));
  Sampler::instance().loops().add(&stamp->watch_);
  return stamp.release();
}

void LoopStamp::end(void (*closed)(void*), void* context) {
  closed_ = closed;
  context_ = context;
  Sampler::instance().loops().remove(&watch_);
  uv_close(reinterpret_cast<uv_handle_t*>(handle_.get()), [](uv_handle_t* handle) {
    const std::unique_ptr<LoopStamp> stamp(static_cast<LoopStamp*>(handle->data));
    stamp->closed_(stamp->context_);
  });
}

}  // namespace plimsoll
