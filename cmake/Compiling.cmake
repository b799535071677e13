# How every file of rounds is compiled: warnings, sanitizers, feature macros.

add_library(rounds_compiling INTERFACE)
target_include_directories(rounds_compiling INTERFACE
  "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(rounds_compiling INTERFACE
  _GNU_SOURCE
  ROUNDS_VERSION="${PROJECT_VERSION}")
# A struct's members that are left out are zero, and meant to be.
# Hidden: libconfig has a strbuf_release() of its own, which ours would replace.
target_compile_options(rounds_compiling INTERFACE
  -fvisibility=hidden
  -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef
  -fno-strict-aliasing -fstack-protector-strong)
if(ROUNDS_WERROR)
  target_compile_options(rounds_compiling INTERFACE -Werror)
endif()
target_link_libraries(rounds_compiling INTERFACE Threads::Threads)

if(ROUNDS_SANITIZE STREQUAL "address")
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(ROUNDS_SANITIZE STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
elseif(ROUNDS_SANITIZE STREQUAL "fuzzer")
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "ROUNDS_SANITIZE: fuzzer takes Clang (preset fuzz)")
  endif()
  set(sanitizers
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
elseif(NOT ROUNDS_SANITIZE STREQUAL "")
  message(FATAL_ERROR "ROUNDS_SANITIZE: expected address, thread or fuzzer")
endif()
if(sanitizers)
  target_compile_options(rounds_compiling INTERFACE
    ${sanitizers} -fno-omit-frame-pointer -g)
  target_link_options(rounds_compiling INTERFACE ${sanitizers})
endif()

# rounds_folder(NAME SOURCES file... USES target...): the static library of one
# folder below src. USES names the folders and libraries it may use.
function(rounds_folder name)
  cmake_parse_arguments(FOLDER "" "" "SOURCES;USES" ${ARGN})
  add_library(rounds_${name} STATIC ${FOLDER_SOURCES})
  target_link_libraries(rounds_${name} PUBLIC rounds_compiling ${FOLDER_USES})
endfunction()
