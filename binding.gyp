# Builds the addon from source in a checkout (node-gyp, prebuildify). Other targets, native tests, sanitizers and fuzzers:
# CMakeLists.txt. Not in the npm package: some package managers run node-gyp wherever they see this file.
{
  "targets": [{ "target_name": "plimsoll", "includes": ["tools/addon.gypi"] }]
}
