# CMake's view of the pinned Zig: one compiler for every target. tools/prebuild.mjs names the target in the environment.
set(CMAKE_SYSTEM_NAME $ENV{PLIMSOLL_SYSTEM})
set(CMAKE_SYSTEM_PROCESSOR $ENV{PLIMSOLL_MACHINE})
# Stripped from the first link on: else Zig builds what it brings (compiler-rt, the C library) once with debug information, too.
set(CMAKE_CXX_COMPILER $ENV{PLIMSOLL_ZIG} c++ -target $ENV{PLIMSOLL_TRIPLE} $ENV{PLIMSOLL_FLAGS} -Os -fPIC -s)

# CMake would find out what it is told here by linking programs, for each of which Zig would build a whole libc++.
set(CMAKE_CXX_COMPILER_ID_RUN TRUE)
set(CMAKE_CXX_COMPILER_ID Clang)
set(CMAKE_CXX_COMPILER_VERSION 21)
set(CMAKE_CXX_COMPILER_FRONTEND_VARIANT GNU)
set(CMAKE_CXX_STANDARD_COMPUTED_DEFAULT 17)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Zig brings the headers and libraries of its targets; this machine's are never meant.
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
