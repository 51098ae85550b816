// The border to JavaScript, tracked processes and threads. See addon.h. Runs on the thread of the environment.
#include "addon.h"

#include "sampler.h"

#include <algorithm>

namespace plimsoll {
namespace {

Napi::Value answer(Napi::Env env, const Result<TrackedRows::Claim>& claim) {
  auto result = Napi::Object::New(env);
  result.Set("reason", static_cast<uint32_t>(claim.reason));
  result.Set("row", claim->row);
  result.Set("generation", claim->generation);
  return result;
}

// trackProcess(id, pid) → { reason, row, generation }; reason 0: it is tracked from now on
Napi::Value track_process(const Napi::CallbackInfo& info) {
  const Listener* listener = listener_of(info);
  if (listener == nullptr) return answer(info.Env(), Reason::unsupported);
  return answer(info.Env(), Sampler::instance().tracking().add_process(info[1].As<Napi::Number>().Uint32Value(), listener));
}

// trackThread(id, threadId) → the same; its row waits until the thread has opened the sampler
Napi::Value track_thread(const Napi::CallbackInfo& info) {
  const Listener* listener = listener_of(info);
  if (listener == nullptr) return answer(info.Env(), Reason::unsupported);
  return answer(info.Env(), Sampler::instance().tracking().add_thread(info[1].As<Napi::Number>().DoubleValue(), listener));
}

// untrack(row, generation): the row is not to be looked at any more
void untrack(const Napi::CallbackInfo& info) {
  Sampler::instance().tracking().remove({info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::Number>().Uint32Value()});
}

// trackedChunk(index) → one chunk of rows, as memory() gives the ring
Napi::Value tracked_chunk(const Napi::CallbackInfo& info) {
  return shared_memory(info.Env(), Sampler::instance().tracking().chunk(info[0].As<Napi::Number>().Uint32Value()));
}

// refreshChunk(index, buffer): one copy of the chunk, where trackedChunk() could not share it
void refresh_chunk(const Napi::CallbackInfo& info) {
  copy_to_buffer(Sampler::instance().tracking().chunk(info[0].As<Napi::Number>().Uint32Value()), info[1]);
}

// trackedRows() → how many rows are in use in this process
Napi::Value tracked_rows(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), Sampler::instance().tracking().rows()); }

// trackingDescriptors() → how many descriptors are kept for tracked processes
Napi::Value tracking_descriptors(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(Process::kept_descriptors()));
}

// trackingCosts() → { cpuSeconds, readings }: what reading them has cost the sampler's thread so far
Napi::Value tracking_costs(const Napi::CallbackInfo& info) {
  auto costs = Napi::Object::New(info.Env());
  costs.Set("cpuSeconds", Sampler::instance().tracking().cpu_seconds());
  costs.Set("readings", Sampler::instance().tracking().readings());
  return costs;
}

}  // namespace

void export_tracking(Napi::Env env, Napi::Object exports) {
  exports.Set("trackProcess", Napi::Function::New<track_process>(env));
  exports.Set("trackThread", Napi::Function::New<track_thread>(env));
  exports.Set("untrack", Napi::Function::New<untrack>(env));
  exports.Set("trackedChunk", Napi::Function::New<tracked_chunk>(env));
  exports.Set("refreshChunk", Napi::Function::New<refresh_chunk>(env));
  exports.Set("trackedRows", Napi::Function::New<tracked_rows>(env));
  exports.Set("trackingCosts", Napi::Function::New<tracking_costs>(env));
  exports.Set("trackingDescriptors", Napi::Function::New<tracking_descriptors>(env));
}

}  // namespace plimsoll
