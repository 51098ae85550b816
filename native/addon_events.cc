// The border to JavaScript, events: lines in, wake-ups out. See addon.h. Runs on the thread of the environment.
//
// A wake-up may come at any moment of an environment's life, its last ones included: every call of Node-API can fail then,
// and is let fail. What the callback throws is an uncaught exception of the program, as of any other callback.
#include "addon.h"

#include "loop_wake.h"
#include "sampler.h"

#include <algorithm>
#include <memory>
#include <uv.h>

namespace plimsoll {

struct Hearing {
  uint32_t opener = 0;
  napi_env env = nullptr;
  napi_ref callback = nullptr;
  napi_ref buffer = nullptr;  // a Float64Array, a whole number of events long
  LoopWake* wake = nullptr;
  Environment* environment = nullptr;
};

namespace {

napi_value value_of(napi_env env, napi_ref reference) {
  napi_value value = nullptr;
  return napi_get_reference_value(env, reference, &value) == napi_ok ? value : nullptr;
}

// The buffer as room for events; empty if it cannot be had.
std::span<Event> room_of(const Hearing& hearing) {
  napi_value buffer = value_of(hearing.env, hearing.buffer);
  size_t length = 0;
  void* data = nullptr;
  if (buffer == nullptr) return {};
  if (napi_get_typedarray_info(hearing.env, buffer, nullptr, &length, &data, nullptr, nullptr) != napi_ok) return {};
  return {static_cast<Event*>(data), length / kEventValues};
}

// callback(count): so many events are in the buffer.
void call(const Hearing& hearing, size_t count) {
  napi_env env = hearing.env;
  napi_value callback = value_of(env, hearing.callback), global = nullptr, argument = nullptr;
  if (callback == nullptr || napi_get_global(env, &global) != napi_ok) return;
  if (napi_create_uint32(env, static_cast<uint32_t>(count), &argument) != napi_ok) return;
  // No async context: what listens has none of the caller's, and is not to be taken for a part of some request.
  if (napi_make_callback(env, nullptr, global, callback, 1, &argument, nullptr) != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok && error != nullptr) napi_fatal_exception(env, error);
}

void deliver(void* context) {
  const Hearing& hearing = *static_cast<Hearing*>(context);
  napi_env env = hearing.env;  // the callback may close the opener
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  const auto room = room_of(hearing);
  Listener& listener = hearing.wake->listener();
  const size_t count = room.empty() ? 0 : Sampler::instance().listeners().under_lock([&] { return listener.take(room); });
  if (count > 0) call(hearing, count);
  napi_close_handle_scope(env, scope);
}

void end_hearing(Hearing* hearing) {
  napi_delete_reference(hearing->env, hearing->callback);
  napi_delete_reference(hearing->env, hearing->buffer);
  Sampler::instance().tracking().remove_all(&hearing->wake->listener());
  ++hearing->environment->closing;
  const auto closed = [](void* context) {
    auto* ended = static_cast<Hearing*>(context);
    Environment* environment = ended->environment;
    delete ended;
    handle_closed(environment);
  };
  hearing->wake->end(closed, hearing);
}

Hearing* hearing_of(const Napi::CallbackInfo& info) {
  const uint32_t opener = info[0].As<Napi::Number>().Uint32Value();
  for (Hearing* hearing : info.Env().GetInstanceData<Environment>()->hearings) {
    if (hearing->opener == opener) return hearing;
  }
  return nullptr;
}

// listen(id, callback, buffer) → whether this runtime's event loop can be woken
Napi::Value listen(const Napi::CallbackInfo& info) {
  auto* environment = info.Env().GetInstanceData<Environment>();
  uv_loop_s* loop = nullptr;
  if (napi_get_uv_event_loop(info.Env(), &loop) != napi_ok) return Napi::Boolean::New(info.Env(), false);
  auto* hearing = new Hearing{.opener = info[0].As<Napi::Number>().Uint32Value(), .env = info.Env(), .environment = environment};
  const LoopWatch* watch = environment->stamp == nullptr ? nullptr : environment->stamp->watch();
  hearing->wake = LoopWake::start(loop, watch, deliver, hearing);
  if (hearing->wake == nullptr) {
    delete hearing;
    return Napi::Boolean::New(info.Env(), false);
  }
  napi_create_reference(info.Env(), info[1], 1, &hearing->callback);
  napi_create_reference(info.Env(), info[2], 1, &hearing->buffer);
  environment->hearings.push_back(hearing);
  return Napi::Boolean::New(info.Env(), true);
}

constexpr size_t kLineValues = 5;  // field, other field or -1, factor, 1 if below, 1 if an emergency

// setLines(id, numbers): all lines of the opener
void set_lines(const Napi::CallbackInfo& info) {
  Hearing* hearing = hearing_of(info);
  if (hearing == nullptr) return;
  const auto numbers = info[1].As<Napi::Float64Array>();
  std::vector<Line> lines(std::min(numbers.ElementLength() / kLineValues, Lines::kMost));
  const double* from = numbers.Data();
  for (Line& line : lines) {
    line.field = static_cast<Field>(from[0]);
    line.relative = from[1] >= 0;
    line.other = line.relative ? static_cast<Field>(from[1]) : line.field;
    line.factor = from[2];
    line.below = from[3] != 0;
    line.emergency = from[4] != 0;
    from += kLineValues;
  }
  Lines made(lines);  // the old ones are freed outside the lock
  Sampler::instance().listeners().under_lock([&] { hearing->wake->listener().swap_lines(made); });
}

// wakeOnRates(id, everySeconds): 0: not at all
void wake_on_rates(const Napi::CallbackInfo& info) {
  Hearing* hearing = hearing_of(info);
  if (hearing == nullptr) return;
  const double every_seconds = info[1].As<Napi::Number>().DoubleValue();
  Sampler::instance().listeners().under_lock([&] { hearing->wake->listener().wake_on_rates(every_seconds); });
}

// setWatchdog(id, blockedMs, descriptor, opening) → whether this loop is watched; blockedMs 0: none from now on
Napi::Value set_watchdog(const Napi::CallbackInfo& info) {
  Hearing* hearing = hearing_of(info);
  const double blocked_ms = info[1].As<Napi::Number>().DoubleValue();
  if (hearing == nullptr || !hearing->wake->listener().watches_loop()) return Napi::Boolean::New(info.Env(), blocked_ms == 0);
  std::unique_ptr<Watchdog> watchdog;
  if (blocked_ms > 0) {
    watchdog = std::make_unique<Watchdog>(blocked_ms / 1000, info[2].As<Napi::Number>().Int32Value(), info[3].As<Napi::String>().Utf8Value());
  }
  Sampler::instance().listeners().under_lock([&] { hearing->wake->listener().swap_watchdog(watchdog); });
  return Napi::Boolean::New(info.Env(), true);
}

constexpr size_t kTriggerValues = 5;  // source, resource, level, stall ms, window ms

// setPressure(id, numbers, memoryEvents): all triggers of the opener
void set_pressure(const Napi::CallbackInfo& info) {
  Hearing* hearing = hearing_of(info);
  if (hearing == nullptr) return;
  const auto numbers = info[1].As<Napi::Float64Array>();
  std::vector<PressureTrigger> triggers(std::min(numbers.ElementLength() / kTriggerValues, PressureEar::kMost));
  const double* from = numbers.Data();
  for (PressureTrigger& trigger : triggers) {
    trigger.source = static_cast<PressureSource>(from[0]);
    trigger.resource = static_cast<PressureResource>(from[1]);
    trigger.level = static_cast<PressureLevel>(from[2]);
    trigger.stall_ms = static_cast<uint32_t>(from[3]);
    trigger.window_ms = static_cast<uint32_t>(from[4]);
    from += kTriggerValues;
  }
  Sampler::instance().pushed_pressure().subscribe(hearing->wake->listener(), {triggers, info[2].As<Napi::Boolean>().Value()});
}

// pressureServing(id) → [{ reason, stallMs, windowMs, from }]: of each trigger, then of the memory events
Napi::Value pressure_serving(const Napi::CallbackInfo& info) {
  const Hearing* hearing = hearing_of(info);
  auto answer = Napi::Array::New(info.Env());
  if (hearing == nullptr) return answer;
  for (const Serving& serving : Sampler::instance().pushed_pressure().serving(hearing->wake->listener())) {
    auto row = Napi::Object::New(info.Env());
    row.Set("reason", static_cast<uint32_t>(serving.reason));
    row.Set("stallMs", serving.stall_ms);
    row.Set("windowMs", serving.window_ms);
    row.Set("from", serving.from);
    answer.Set(answer.Length(), row);
  }
  return answer;
}

// wakeUps(id) → how often the loop was woken for the opener
Napi::Value wake_ups(const Napi::CallbackInfo& info) {
  const Hearing* hearing = hearing_of(info);
  return Napi::Number::New(info.Env(), hearing == nullptr ? 0 : hearing->wake->wake_ups());
}

}  // namespace

const Listener* listener_of(const Napi::CallbackInfo& info) {
  const Hearing* hearing = hearing_of(info);
  return hearing == nullptr ? nullptr : &hearing->wake->listener();
}

void end_hearings(Environment* environment, const uint32_t* opener) {
  std::erase_if(environment->hearings, [opener](Hearing* hearing) {
    if (opener != nullptr && hearing->opener != *opener) return false;
    end_hearing(hearing);
    return true;
  });
}

void export_events(Napi::Env env, Napi::Object exports) {
  exports.Set("listen", Napi::Function::New<listen>(env));
  exports.Set("setLines", Napi::Function::New<set_lines>(env));
  exports.Set("wakeOnRates", Napi::Function::New<wake_on_rates>(env));
  exports.Set("setWatchdog", Napi::Function::New<set_watchdog>(env));
  exports.Set("setPressure", Napi::Function::New<set_pressure>(env));
  exports.Set("pressureServing", Napi::Function::New<pressure_serving>(env));
  exports.Set("wakeUps", Napi::Function::New<wake_ups>(env));
}

}  // namespace plimsoll
