// What the files of the border share: they alone know Node-API. Runs on the thread of the environment that calls.
#pragma once

#include "loop_stamp.h"

#include <map>
#include <napi.h>
#include <span>
#include <string>
#include <vector>

namespace plimsoll {

class Listener;
struct Hearing;  // addon_events.cc: one opener that is told of events

// What one environment (the main thread, a worker) holds. Freed when the environment has ended, at whatever moment that
// is, and libuv has closed the last handle.
struct Environment {
  std::vector<uint32_t> open;
  std::vector<Hearing*> hearings;
  std::map<uint32_t, std::vector<std::string>> held_groups;  // directories, by a number of JavaScript's
  LoopStamp* stamp = nullptr;  // while anything is open
  int closing = 0;             // handles that libuv has yet to close
  bool ending = false;
  napi_async_cleanup_hook_handle cleanup = nullptr;
};

void handle_closed(void* environment);  // one that was counted in `closing`

void throw_code(Napi::Env env, const char* code, const std::string& message);

// → { buffer, shared }: the memory itself; where the runtime forbids memory of others, a buffer for copy_to_buffer().
Napi::Value shared_memory(Napi::Env env, std::span<std::byte> memory);
void copy_to_buffer(std::span<const std::byte> memory, const Napi::Value& buffer);

// addon_events.cc
void end_hearings(Environment* environment, const uint32_t* opener = nullptr);  // of one opener, or all
const Listener* listener_of(const Napi::CallbackInfo& info);  // of the opener that is the first argument; null if it does not listen
void export_events(Napi::Env env, Napi::Object exports);

// addon_tasks.cc
void export_tasks(Napi::Env env, Napi::Object exports);

// addon_tracking.cc
void export_tracking(Napi::Env env, Napi::Object exports);
// addon_confinement.cc
void end_held_groups(Environment* environment);
void export_confinement(Napi::Env env, Napi::Object exports);

// addon.cc
Napi::Object export_all(Napi::Env env, Napi::Object exports);

}  // namespace plimsoll
