# How the addon is compiled by node-gyp: for binding.gyp and for the one that tools/build-from-source.mjs writes. The source
# lists are native/sources.json, as for CMakeLists.txt. Paths are relative to the file that includes this one.
{
  "sources": ["<!@(node tools/list-sources.mjs addon common <(OS))"],
  "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
  "defines": ["NAPI_VERSION=9", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
  "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
  "cflags_cc": [
    "-std=c++20", "-O2", "-Wall", "-Wextra", "-fvisibility=hidden",
    "-fno-exceptions", "-fno-rtti", "-ffunction-sections", "-fdata-sections"
  ],
  "conditions": [
    ["OS=='linux'", {
      # The module is pinned: a worker's exit must not unload it under the sampler's running thread.
      "ldflags": ["-Wl,-z,nodelete", "-Wl,--gc-sections"]
    }],
    ["OS=='mac'", {
      "xcode_settings": { "CLANG_CXX_LANGUAGE_STANDARD": "c++20", "MACOSX_DEPLOYMENT_TARGET": "11.0" }
    }],
    ["OS=='win'", {
      "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/std:c++20"] } }
    }]
  ]
}
