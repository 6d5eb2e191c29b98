# Language level, warnings, hardening and sanitizers for everything that is ours.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} destroys temporaries of co_await expressions twice. Use clang-19: cmake --preset release")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 18)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} lacks std::expected with libstdc++ 12. Use clang-19: cmake --preset release")
endif()

option(PORTAL_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
option(PORTAL_SANITIZE "Address and undefined behaviour sanitizers, instrumented for fuzzing" OFF)

# What was compiled once is not compiled again in another checkout of the same sources. Whoever sets a launcher keeps it.
find_program(PORTAL_CCACHE ccache)
if(PORTAL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(_launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${PORTAL_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${_launcher})
endif()

# Half the time of compiling goes into these headers. None is the project's own: what one of those changes is compiled again, and no more.
set(PORTAL_COMMON_HEADERS algorithm array charconv chrono coroutine cstdint expected functional memory optional span string string_view utility vector fmt/format.h)
list(TRANSFORM PORTAL_COMMON_HEADERS REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
function(portal_precompile target)
  target_precompile_headers(${target} PRIVATE ${PORTAL_COMMON_HEADERS} ${ARGN})
  # Without the times of the headers, which differ where nothing else does, and so would keep ccache from finding anything.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:SHELL:$<$<COMPILE_LANGUAGE:CXX>:-Xclang$<SEMICOLON>-fno-pch-timestamp>>)
endfunction()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

add_compile_options(-fno-strict-aliasing -fstack-protector-strong)
add_link_options(-fuse-ld=lld-19 -Wl,-z,relro,-z,now)
if(NOT PORTAL_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

add_library(portal_warnings INTERFACE)
target_compile_options(portal_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${PORTAL_WARNINGS_AS_ERRORS}>:-Werror>)

if(PORTAL_SANITIZE)
  # The runtime is shared so that it can be preloaded into Debian's nginx, which then loads the instrumented module.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined -shared-libsan)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libclang_rt.asan-x86_64.so OUTPUT_VARIABLE _asan OUTPUT_STRIP_TRAILING_WHITESPACE)
  get_filename_component(_asan_dir ${_asan} DIRECTORY)
  set(CMAKE_BUILD_RPATH ${_asan_dir})
endif()
