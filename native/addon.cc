// The border to JavaScript: the only file that knows Node-API. Runs on the thread of the environment that calls it;
// one-shot readings run on libuv's pool. lib/native.ts has the same functions as a TypeScript interface.
//
// Arguments were checked in TypeScript. What is thrown here is what only native can know, with a code.
#include "loop_stamp.h"
#include "one_shot.h"
#include "sampler.h"

#include <memory>
#include <napi.h>
#include <utility>
#include <uv.h>
#include <vector>

namespace {

using namespace plimsoll;

// What one environment (the main thread, a worker) holds. Freed when the environment has ended, at whatever moment that
// is, and libuv has closed the last handle.
struct Environment {
  std::vector<uint32_t> open;
  LoopStamp* stamp = nullptr;  // while anything is open
  int closing = 0;             // stamps that libuv has yet to close
  bool ending = false;
  napi_async_cleanup_hook_handle cleanup = nullptr;
};

void free_when_ended(Environment* environment) {
  if (!environment->ending || environment->closing > 0) return;
  napi_remove_async_cleanup_hook(environment->cleanup);
  delete environment;
}

void end_stamp(Environment* environment) {
  if (environment->stamp == nullptr) return;
  ++environment->closing;
  const auto closed = [](void* context) {
    auto* owner = static_cast<Environment*>(context);
    --owner->closing;
    free_when_ended(owner);
  };
  std::exchange(environment->stamp, nullptr)->end(closed, environment);
}

void end_environment(napi_async_cleanup_hook_handle handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  environment->ending = true;
  environment->cleanup = handle;
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

void throw_code(Napi::Env env, const char* code, const std::string& message) {
  auto error = Napi::Error::New(env, message);
  error.Set("code", code);
  error.ThrowAsJavaScriptException();
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
  if (environment->open.empty()) end_stamp(environment);
  Sampler::instance().close(id);
}

// memory() → { buffer, shared }: the ring itself; where the runtime forbids memory of others, a buffer for refresh().
Napi::Value memory(const Napi::CallbackInfo& info) {
  const auto ring = Sampler::instance().memory();
  napi_value buffer = nullptr;
  const napi_status status =
      napi_create_external_arraybuffer(info.Env(), ring.data(), ring.size(), [](napi_env, void*, void*) {}, nullptr, &buffer);
  const bool shared = status == napi_ok;
  auto result = Napi::Object::New(info.Env());
  result.Set("buffer", shared ? Napi::Value(info.Env(), buffer) : Napi::ArrayBuffer::New(info.Env(), ring.size()));
  result.Set("shared", shared);
  return result;
}

// refresh(buffer): one copy of the ring, where memory() could not share it.
void refresh(const Napi::CallbackInfo& info) {
  const auto ring = Sampler::instance().memory();
  std::copy(ring.begin(), ring.end(), static_cast<std::byte*>(info[0].As<Napi::ArrayBuffer>().Data()));
}

// Work for libuv's pool that answers with a promise.
template <typename Answer>
class Task final : public Napi::AsyncWorker {
 public:
  using Work = Answer (*)(const SourceOptions&, double);
  using Convert = Napi::Value (*)(Napi::Env, Answer&, const std::vector<std::string>&);

  static Napi::Value start(const Napi::CallbackInfo& info, Work work, Convert convert) {
    auto* task = new Task(info, work, convert);
    task->Queue();
    return task->deferred_.Promise();
  }

 private:
  Task(const Napi::CallbackInfo& info, Work work, Convert convert)
      : AsyncWorker(info.Env()), deferred_(info.Env()), work_(work), convert_(convert) {
    options_.root = info[0].As<Napi::String>().Utf8Value();
    options_.watched_path = info[1].As<Napi::String>().Utf8Value();
    options_.accessed = &accessed_;
    argument_ = info[2].As<Napi::Number>().DoubleValue();
  }

  void Execute() override { answer_ = work_(options_, argument_); }
  // An environment that is ending cannot make values any more, and Node-API's wrapper would abort on that.
  void OnWorkComplete(Napi::Env env, napi_status status) override {
    const Napi::HandleScope scope(env);
    napi_value probe = nullptr;
    const bool alive = napi_create_object(env, &probe) == napi_ok && napi_set_named_property(env, probe, "probe", probe) == napi_ok;
    if (alive) return AsyncWorker::OnWorkComplete(env, status);
    delete this;
  }
  void OnOK() override { deferred_.Resolve(convert_(Env(), answer_, accessed_)); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Convert convert_;
  SourceOptions options_;
  double argument_;
  std::vector<std::string> accessed_;
  Answer answer_{};
};

Napi::Array to_array(Napi::Env env, const std::vector<std::string>& texts) {
  auto array = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i) array.Set(i, texts[i]);
  return array;
}

Napi::Array to_array(Napi::Env env, const std::vector<DetailRow>& rows) {
  auto array = Napi::Array::New(env, rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    auto row = Napi::Object::New(env);
    for (const auto& [key, text] : rows[i].texts) row.Set(key, text);
    for (const auto& [key, number] : rows[i].numbers) row.Set(key, number);
    array.Set(i, row);
  }
  return array;
}

// readOnce(root, watchedPath, gapSeconds) → { buffer, accessed }: a private ring with two readings of every rhythm.
Napi::Value read_once(const Napi::CallbackInfo& info) {
  using Bytes = std::vector<std::byte>;
  return Task<Bytes>::start(
      info,
      [](const SourceOptions& options, double gap_seconds) {
        Bytes ring(Ring::byte_length());
        plimsoll::read_once(ring, options, gap_seconds);
        return ring;
      },
      [](Napi::Env env, Bytes& ring, const std::vector<std::string>& accessed) -> Napi::Value {
        auto buffer = Napi::ArrayBuffer::New(env, ring.size());
        if (buffer.IsEmpty()) return {};
        std::copy(ring.begin(), ring.end(), static_cast<std::byte*>(buffer.Data()));
        auto result = Napi::Object::New(env);
        result.Set("buffer", buffer);
        result.Set("accessed", to_array(env, accessed));
        return result;
      });
}

// readDetails(root, "", 0) → rows by noun, and the monotonic second they were read at
Napi::Value read_details(const Napi::CallbackInfo& info) {
  return Task<DetailsReading>::start(
      info, [](const SourceOptions& options, double) { return plimsoll::read_details(options); },
      [](Napi::Env env, DetailsReading& reading, const std::vector<std::string>&) -> Napi::Value {
        auto result = Napi::Object::New(env);
        result.Set("readAtSeconds", reading.read_at_seconds);
        result.Set("cpus", to_array(env, reading.details.cpus));
        result.Set("disks", to_array(env, reading.details.disks));
        result.Set("interfaces", to_array(env, reading.details.interfaces));
        result.Set("mounts", to_array(env, reading.details.mounts));
        return result;
      });
}

// sources(root, watchedPath, 0) → where each field comes from, in the order of fields.def
Napi::Value sources(const Napi::CallbackInfo& info) {
  return Task<Sources>::start(
      info, [](const SourceOptions& options, double) { return find_sources(options); },
      [](Napi::Env env, Sources& found, const std::vector<std::string>&) -> Napi::Value {
        std::vector<std::string> texts;
        for (size_t field = 0; field < kFieldCount; ++field) texts.push_back(found.of(static_cast<Field>(field)));
        return to_array(env, texts);
      });
}

// costs(root, watchedPath, rounds) → [{ noun, gaugeNs, rateNs, slowNs }]
Napi::Value costs(const Napi::CallbackInfo& info) {
  return Task<std::vector<ReaderCost>>::start(
      info, [](const SourceOptions& options, double rounds) { return measure_readers(options, static_cast<uint32_t>(rounds)); },
      [](Napi::Env env, std::vector<ReaderCost>& measured, const std::vector<std::string>&) -> Napi::Value {
        auto array = Napi::Array::New(env, measured.size());
        for (uint32_t i = 0; i < measured.size(); ++i) {
          auto cost = Napi::Object::New(env);
          cost.Set("noun", measured[i].noun);
          cost.Set("gaugeNs", measured[i].ns[index_of(Rhythm::gauge)]);
          cost.Set("rateNs", measured[i].ns[index_of(Rhythm::rate)]);
          cost.Set("slowNs", measured[i].ns[index_of(Rhythm::slow)]);
          array.Set(i, cost);
        }
        return array;
      });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
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
  exports.Set("readOnce", Napi::Function::New<read_once>(env));
  exports.Set("readDetails", Napi::Function::New<read_details>(env));
  exports.Set("sources", Napi::Function::New<sources>(env));
  exports.Set("costs", Napi::Function::New<costs>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(plimsoll, init)
