// See loop_wake.h. Knows libuv, as loop_stamp.cc and addon.cc do. https://docs.libuv.org/en/v1.x/async.html
#include "loop_wake.h"

#include "sampler.h"

#include <uv.h>

namespace plimsoll {

LoopWake::LoopWake(const LoopWatch* watch, Callback callback, void* context)
    : listener_([](void* wake) { uv_async_send(static_cast<LoopWake*>(wake)->handle_.get()); }, this, watch),
      handle_(std::make_unique<uv_async_s>()),
      callback_(callback),
      context_(context) {
  handle_->data = this;
}

LoopWake* LoopWake::start(uv_loop_s* loop, const LoopWatch* watch, Callback callback, void* context) {
  std::unique_ptr<LoopWake> wake(new LoopWake(watch, callback, context));
  const auto woken = [](uv_async_t* handle) {
    auto* self = static_cast<LoopWake*>(handle->data);
    ++self->wake_ups_;
    self->callback_(self->context_);
  };
  if (uv_async_init(loop, wake->handle_.get(), woken) != 0) return nullptr;
  uv_unref(reinterpret_cast<uv_handle_t*>(wake->handle_.get()));
  Sampler::instance().listeners().add(&wake->listener_);
  return wake.release();
}

void LoopWake::end(Callback closed, void* context) {
  callback_ = closed;
  context_ = context;
  Sampler::instance().pushed_pressure().subscribe(listener_, {});
  Sampler::instance().listeners().remove(&listener_);
  uv_close(reinterpret_cast<uv_handle_t*>(handle_.get()), [](uv_handle_t* handle) {
    const std::unique_ptr<LoopWake> wake(static_cast<LoopWake*>(handle->data));
    wake->callback_(wake->context_);
  });
}

}  // namespace plimsoll
