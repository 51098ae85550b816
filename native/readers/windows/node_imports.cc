// Binds the addon to the program that loads it, whatever that is called (node.exe, electron.exe, a renamed copy): an
// import table would name one file. Runs once, on the thread that loads the addon, under the system's loader lock.
// https://learn.microsoft.com/windows/win32/dlls/dllmain https://nodejs.org/api/n-api.html
//
// The headers declare Node-API and libuv as __declspec(dllimport) (BUILDING_NODE_EXTENSION, USING_UV_SHARED), so each call
// goes through a pointer named __imp_<function>. An import library would bring these; here they are defined, one for each
// line of node_imports.def, and filled before the addon's first own call. A function that is used and not listed does not
// link; test/windows/node-imports.mjs tells what is listed and not used, and writes the list. For compilers with
// GNU-style names (Zig); Microsoft's linker has delay-loading and node-gyp's hook for the same purpose.
#include <windows.h>

namespace {

#define IMPORT(name) void* slot_of_##name __asm__("__imp_" #name) __attribute__((used)) = nullptr;
extern "C" {
#include "node_imports.def"
}
#undef IMPORT

struct Import {
  const char* name;
  void** slot;
};

constexpr Import kImports[] = {
#define IMPORT(name) {#name, &slot_of_##name},
#include "node_imports.def"
#undef IMPORT
};

// A host without libuv's functions (Bun) has no loop to watch: it is told so where it would be asked for.
int no_event_loop(void*, void**) { return 9; }  // napi_generic_failure

void* find(const char* name) {
  // A Node.js that is built as a library has them there.
  const wchar_t* const modules[] = {nullptr, L"libnode.dll"};
  for (const wchar_t* module : modules) {
    const HMODULE host = GetModuleHandleW(module);
    if (host == nullptr) continue;
    if (void* function = reinterpret_cast<void*>(GetProcAddress(host, name))) return function;
  }
  return nullptr;
}

bool is_libuv(const char* name) { return name[0] == 'u' && name[1] == 'v' && name[2] == '_'; }

bool bind_all() {
  bool libuv = true;
  for (const Import& import : kImports) {
    *import.slot = find(import.name);
    if (*import.slot != nullptr) continue;
    if (!is_libuv(import.name)) return false;
    libuv = false;
  }
  if (!libuv) slot_of_napi_get_uv_event_loop = reinterpret_cast<void*>(&no_event_loop);
  return true;
}

}  // namespace

// FALSE: the program offers no Node-API (or an older one), and the addon does not load.
extern "C" BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID) {
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  DisableThreadLibraryCalls(module);
  return bind_all() ? TRUE : FALSE;
}
