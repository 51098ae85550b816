// The border to JavaScript, readings that answer with a promise: they run on libuv's pool. See addon.h.
#include "addon.h"

#include "one_shot.h"

#include <vector>

namespace plimsoll {
namespace {

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

}  // namespace

void export_tasks(Napi::Env env, Napi::Object exports) {
  exports.Set("readOnce", Napi::Function::New<read_once>(env));
  exports.Set("readDetails", Napi::Function::New<read_details>(env));
  exports.Set("sources", Napi::Function::New<sources>(env));
  exports.Set("costs", Napi::Function::New<costs>(env));
}

}  // namespace plimsoll
