# Builds the native tests with node-gyp, so that `npm test` needs no more than the addon does. Sanitizer builds of the
# same sources: CMakeLists.txt.
{
  "targets": [
    {
      "target_name": "plimsoll_native_tests",
      "type": "executable",
      "sources": ["<!@(node ../../tools/list-sources.mjs --from native/test test test-<(OS) common <(OS))"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fno-exceptions", "-fno-rtti"],
      "cflags_cc": ["-std=c++20", "-O1", "-g", "-Wall", "-Wextra", "-fno-exceptions"],
      "libraries": ["-lpthread"]
    }
  ]
}
