// The border to JavaScript: this file and its neighbours addon_*.cc alone know Node-API. Runs on the thread of the
// environment that calls it. lib/native.ts has the same functions as a TypeScript interface.
//
// Arguments were checked in TypeScript. What is thrown here is what only native can know, with a code.
#include "addon.h"

#include "sampler.h"

#include <algorithm>
#include <utility>
#include <uv.h>

namespace plimsoll {
namespace {

void free_when_ended(Environment* environment) {
  if (!environment->ending || environment->closing > 0) return;
  napi_remove_async_cleanup_hook(environment->cleanup);
  delete environment;
}

void end_stamp(Environment* environment) {
  if (environment->stamp == nullptr) return;
  ++environment->closing;
  std::exchange(environment->stamp, nullptr)->end(handle_closed, environment);
}

void end_environment(napi_async_cleanup_hook_handle handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  environment->ending = true;
  environment->cleanup = handle;
  end_hearings(environment);
  end_held_groups(environment);
  for (const uint32_t id : environment->open) Sampler::instance().close(id);
  end_stamp(environment);
  free_when_ended(environment);
}

Intervals intervals_of(const Napi::CallbackInfo& info, size_t first) {
  Intervals intervals;
  for (size_t rhythm = 0; rhythm < kRhythmCount; ++rhythm) {
    intervals.ms[rhythm] = info[first + rhythm].As<Napi::Number>().Uint32Value();
  }
  return intervals;
}

// isMainThread() → whether this environment's loop is the process's default loop, which Node.js gives to its main thread
Napi::Value is_main_thread(const Napi::CallbackInfo& info) {
  uv_loop_s* loop = nullptr;
  return Napi::Boolean::New(info.Env(), napi_get_uv_event_loop(info.Env(), &loop) == napi_ok && loop == uv_default_loop());
}

// open(gaugeMs, rateMs, slowMs, watchedPath, threadId, isMain) → id
Napi::Value open(const Napi::CallbackInfo& info) {
  auto* environment = info.Env().GetInstanceData<Environment>();
  const auto opened = Sampler::instance().open(intervals_of(info, 0), info[3].As<Napi::String>().Utf8Value());
  if (opened.refusal == Sampler::Refusal::no_thread) {
    throw_code(info.Env(), "ERR_SAMPLER_THREAD", "The system refused to start the sampler's thread (limit on threads or memory).");
    return {};
  }
  if (opened.refusal == Sampler::Refusal::other_path) {
    throw_code(info.Env(), "ERR_WATCHED_PATH", "The sampler of this process already watches the file system of " + opened.watched_path +
               "; there is one sampler per process. detector.getDetails() lists every mount.");
    return {};
  }
  environment->open.push_back(opened.id);
  if (environment->stamp == nullptr) {
    uv_loop_s* loop = nullptr;
    if (napi_get_uv_event_loop(info.Env(), &loop) == napi_ok) {
      environment->stamp = LoopStamp::start(loop, info[4].As<Napi::Number>().DoubleValue(), info[5].As<Napi::Boolean>().Value());
    }
  }
  return Napi::Number::New(info.Env(), opened.id);
}

// change(id, gaugeMs, rateMs, slowMs)
void change(const Napi::CallbackInfo& info) {
  Sampler::instance().change(info[0].As<Napi::Number>().Uint32Value(), intervals_of(info, 1));
}

// close(id)
void close(const Napi::CallbackInfo& info) {
  auto* environment = info.Env().GetInstanceData<Environment>();
  const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
  std::erase(environment->open, id);
  end_hearings(environment, &id);
  if (environment->open.empty()) end_stamp(environment);
  Sampler::instance().close(id);
}

// memory() → the ring
Napi::Value memory(const Napi::CallbackInfo& info) { return shared_memory(info.Env(), Sampler::instance().memory()); }

// refresh(buffer): one copy of the ring, where memory() could not share it.
void refresh(const Napi::CallbackInfo& info) { copy_to_buffer(Sampler::instance().memory(), info[0]); }

}  // namespace

void handle_closed(void* context) {
  auto* environment = static_cast<Environment*>(context);
  --environment->closing;
  free_when_ended(environment);
}

Napi::Value shared_memory(Napi::Env env, std::span<std::byte> memory) {
  napi_value buffer = nullptr;
  const napi_status status =
      napi_create_external_arraybuffer(env, memory.data(), memory.size(), [](napi_env, void*, void*) {}, nullptr, &buffer);
  const bool shared = status == napi_ok;
  auto result = Napi::Object::New(env);
  result.Set("buffer", shared ? Napi::Value(env, buffer) : Napi::ArrayBuffer::New(env, memory.size()));
  result.Set("shared", shared);
  return result;
}

void copy_to_buffer(std::span<const std::byte> memory, const Napi::Value& buffer) {
  void* copy = nullptr;
  size_t size = 0;
  // A worker that is being terminated may still come here, though shared_memory() could create no buffer for it any more.
  if (napi_get_arraybuffer_info(buffer.Env(), buffer, &copy, &size) != napi_ok || size < memory.size()) return;
  std::copy(memory.begin(), memory.end(), static_cast<std::byte*>(copy));
}

void throw_code(Napi::Env env, const char* code, const std::string& message) {
  auto error = Napi::Error::New(env, message);
  error.Set("code", code);
  error.ThrowAsJavaScriptException();
}

Napi::Object export_all(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  napi_set_instance_data(env, environment, nullptr, nullptr);  // end_environment frees it
  napi_add_async_cleanup_hook(env, end_environment, environment, &environment->cleanup);
  exports.Set("layoutId", Napi::Number::New(env, kLayoutId));
  exports.Set("isMainThread", Napi::Function::New<is_main_thread>(env));
  exports.Set("open", Napi::Function::New<open>(env));
  exports.Set("change", Napi::Function::New<change>(env));
  exports.Set("close", Napi::Function::New<close>(env));
  exports.Set("memory", Napi::Function::New<memory>(env));
  exports.Set("refresh", Napi::Function::New<refresh>(env));
  export_events(env, exports);
  export_tasks(env, exports);
  export_tracking(env, exports);
  export_confinement(env, exports);
  return exports;
}

}  // namespace plimsoll

using plimsoll::export_all;
NODE_API_MODULE(plimsoll, export_all)
