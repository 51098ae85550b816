# CMake's view of the pinned Zig: one compiler for every target. tools/prebuild.mjs names the target in the environment.
set(CMAKE_SYSTEM_NAME $ENV{PLIMSOLL_SYSTEM})
set(CMAKE_SYSTEM_PROCESSOR $ENV{PLIMSOLL_MACHINE})
# Optimised from the start: else CMake's own trials make Zig build a second, unoptimised libc++.
set(CMAKE_CXX_COMPILER $ENV{PLIMSOLL_ZIG} c++ -target $ENV{PLIMSOLL_TRIPLE} -O2 -fPIC)

# Zig brings the headers and libraries of its targets; this machine's are never meant.
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
