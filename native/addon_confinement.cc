// The border to JavaScript, confining other processes: see addon.h and readers/confinement.h. Errors of the system are
// numbers that lib/enforcement names; -1 is "not offered".
#include "addon.h"

#include "readers/confinement.h"

#include <utility>

namespace plimsoll {
namespace {

constexpr int kNotOffered = -1;

double number(const Napi::CallbackInfo& info, size_t at) { return info[at].As<Napi::Number>().DoubleValue(); }

Napi::Array to_array(Napi::Env env, const std::vector<std::string>& texts) {
  auto array = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i) array.Set(i, texts[i]);
  return array;
}

// ownGroups() → [{ controller, version, reason, ownVisible, levels }]
Napi::Value own_groups(const Napi::CallbackInfo& info) {
  const auto places = confinement().own_groups();
  auto array = Napi::Array::New(info.Env(), places.size());
  for (uint32_t i = 0; i < places.size(); ++i) {
    auto row = Napi::Object::New(info.Env());
    row.Set("controller", places[i].controller);
    row.Set("version", static_cast<double>(places[i].version));
    row.Set("reason", static_cast<double>(places[i].reason));
    row.Set("ownVisible", Napi::Boolean::New(info.Env(), places[i].own_visible));
    row.Set("levels", to_array(info.Env(), places[i].levels));
    array.Set(i, row);
  }
  return array;
}

// armLaunch(entrances, dataBytes, descriptors, renice, nice, scheduling) → whether the next child will be prepared
Napi::Value arm_launch(const Napi::CallbackInfo& info) {
  LaunchOrders orders;
  const auto entrances = info[0].As<Napi::Array>();
  for (uint32_t i = 0; i < entrances.Length(); ++i) orders.entrances.push_back(entrances.Get(i).As<Napi::String>().Utf8Value());
  orders.data_bytes = number(info, 1);
  orders.descriptors = number(info, 2);
  orders.renice = info[3].As<Napi::Boolean>().Value();
  orders.nice = info[4].As<Napi::Number>().Int32Value();
  orders.scheduling = static_cast<Scheduling>(info[5].As<Napi::Number>().Uint32Value());
  return Napi::Boolean::New(info.Env(), confinement().arm(orders));
}

// disarmLaunch() → { step, entrance, error }
Napi::Value disarm_launch(const Napi::CallbackInfo& info) {
  const LaunchOutcome outcome = confinement().disarm();
  auto result = Napi::Object::New(info.Env());
  result.Set("step", static_cast<double>(outcome.step));
  result.Set("entrance", static_cast<double>(outcome.entrance));
  result.Set("error", static_cast<double>(outcome.error));
  return result;
}

// limitProcess(pid, which, value) → error
Napi::Value limit_process(const Napi::CallbackInfo& info) {
  const auto which = static_cast<ProcessLimit>(info[1].As<Napi::Number>().Uint32Value());
  return Napi::Number::New(info.Env(), confinement().limit(info[0].As<Napi::Number>().Uint32Value(), which, number(info, 2)));
}

// scheduleThread(tid, scheduling) → error
Napi::Value schedule_thread(const Napi::CallbackInfo& info) {
  const auto scheduling = static_cast<Scheduling>(info[1].As<Napi::Number>().Uint32Value());
  return Napi::Number::New(info.Env(), confinement().schedule(info[0].As<Napi::Number>().Uint32Value(), scheduling));
}

// childrenUsage() → { userSeconds, systemSeconds } | undefined
Napi::Value children_usage(const Napi::CallbackInfo& info) {
  ChildrenUsage usage;
  if (!confinement().children_usage(usage)) return info.Env().Undefined();
  auto result = Napi::Object::New(info.Env());
  result.Set("userSeconds", usage.user_seconds);
  result.Set("systemSeconds", usage.system_seconds);
  return result;
}

// Closed by closeJob(), at the latest when nobody in the environment holds it any more or the environment ends.
struct HeldJob {
  std::unique_ptr<Job> job;
};

Job* job_of(const Napi::CallbackInfo& info) { return info[0].As<Napi::External<HeldJob>>().Data()->job.get(); }

// makeJob() → a handle | undefined
Napi::Value make_job(const Napi::CallbackInfo& info) {
  auto job = confinement().make_job();
  if (job == nullptr) return info.Env().Undefined();
  return Napi::External<HeldJob>::New(info.Env(), new HeldJob{std::move(job)}, [](Napi::BasicEnv, HeldJob* held) { delete held; });
}

// limitJob(job, memoryBytes, cpuRate, processes) → error; below 0: no limit
Napi::Value limit_job(const Napi::CallbackInfo& info) {
  Job* job = job_of(info);
  const JobTerms terms{number(info, 1), number(info, 2), number(info, 3)};
  return Napi::Number::New(info.Env(), job == nullptr ? kNotOffered : job->limit(terms));
}

// takeIntoJob(job, pid) → error
Napi::Value take_into_job(const Napi::CallbackInfo& info) {
  Job* job = job_of(info);
  return Napi::Number::New(info.Env(), job == nullptr ? kNotOffered : job->take_in(info[1].As<Napi::Number>().Uint32Value()));
}

// readJob(job) → { userSeconds, systemSeconds, memoryPeakBytes, processes, readBytes, writtenBytes } | undefined; NaN: unknown
Napi::Value read_job(const Napi::CallbackInfo& info) {
  Job* job = job_of(info);
  if (job == nullptr) return info.Env().Undefined();
  const JobUse use = job->read();
  auto result = Napi::Object::New(info.Env());
  result.Set("userSeconds", use.user_seconds);
  result.Set("systemSeconds", use.system_seconds);
  result.Set("memoryPeakBytes", use.memory_peak_bytes);
  result.Set("processes", use.processes);
  result.Set("readBytes", use.read_bytes);
  result.Set("writtenBytes", use.written_bytes);
  return result;
}

// endJob(job) → error
Napi::Value end_job(const Napi::CallbackInfo& info) {
  Job* job = job_of(info);
  return Napi::Number::New(info.Env(), job == nullptr ? kNotOffered : job->end());
}

// closeJob(job)
void close_job(const Napi::CallbackInfo& info) { info[0].As<Napi::External<HeldJob>>().Data()->job.reset(); }

constexpr uint32_t kOwnersDirectories = 0;  // others of this process may have groups in them: they go only when they are empty

// holdGroup(number, directories): they go, with what lives in them, if the environment ends first. Empty: not any more.
void hold_group(const Napi::CallbackInfo& info) {
  auto& held = info.Env().GetInstanceData<Environment>()->held_groups;
  const auto directories = info[1].As<Napi::Array>();
  const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
  held.erase(id);
  for (uint32_t i = 0; i < directories.Length(); ++i) held[id].push_back(directories.Get(i).As<Napi::String>().Utf8Value());
}

}  // namespace

// The end of a worker, by force too: nothing of JavaScript runs any more.
void end_held_groups(Environment* environment) {
  std::vector<std::string> all;
  auto owners = environment->held_groups.extract(kOwnersDirectories);
  for (const auto& [id, directories] : environment->held_groups) all.insert(all.end(), directories.begin(), directories.end());
  environment->held_groups.clear();
  if (!all.empty()) confinement().end_groups(all);
  if (!owners.empty()) confinement().remove_empty_groups(owners.mapped());
}

void export_confinement(Napi::Env env, Napi::Object exports) {
  exports.Set("ownGroups", Napi::Function::New<own_groups>(env));
  exports.Set("holdGroup", Napi::Function::New<hold_group>(env));
  exports.Set("armLaunch", Napi::Function::New<arm_launch>(env));
  exports.Set("disarmLaunch", Napi::Function::New<disarm_launch>(env));
  exports.Set("limitProcess", Napi::Function::New<limit_process>(env));
  exports.Set("scheduleThread", Napi::Function::New<schedule_thread>(env));
  exports.Set("childrenUsage", Napi::Function::New<children_usage>(env));
  exports.Set("makeJob", Napi::Function::New<make_job>(env));
  exports.Set("limitJob", Napi::Function::New<limit_job>(env));
  exports.Set("takeIntoJob", Napi::Function::New<take_into_job>(env));
  exports.Set("readJob", Napi::Function::New<read_job>(env));
  exports.Set("endJob", Napi::Function::New<end_job>(env));
  exports.Set("closeJob", Napi::Function::New<close_job>(env));
}

}  // namespace plimsoll
