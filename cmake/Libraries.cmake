# The libraries rounds stands on, each found once, each with the Debian package
# that brings it named when it is missing.

find_package(PkgConfig)
if(NOT PKG_CONFIG_FOUND)
  message(FATAL_ERROR "pkg-config is missing: apt-get install pkg-config")
endif()
find_package(Threads REQUIRED)

# rounds_find_module(TARGET MODULE PACKAGE): a library that has a .pc file.
function(rounds_find_module target module package)
  pkg_check_modules(${target} IMPORTED_TARGET GLOBAL ${module})
  if(NOT ${target}_FOUND)
    message(FATAL_ERROR "${module} is missing: apt-get install ${package}")
  endif()
  add_library(lib::${target} ALIAS PkgConfig::${target})
endfunction()

# rounds_find_plain(TARGET LIBRARY HEADER PACKAGE): a library without one.
function(rounds_find_plain target library header package)
  find_library(ROUNDS_${target}_LIBRARY ${library})
  find_path(ROUNDS_${target}_INCLUDE ${header})
  if(NOT ROUNDS_${target}_LIBRARY OR NOT ROUNDS_${target}_INCLUDE)
    message(FATAL_ERROR "lib${library} is missing: apt-get install ${package}")
  endif()
  add_library(lib::${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(lib::${target} PROPERTIES
    IMPORTED_LOCATION "${ROUNDS_${target}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ROUNDS_${target}_INCLUDE}")
endfunction()

rounds_find_module(curl "libcurl>=7.88" libcurl4-openssl-dev)
rounds_find_module(config "libconfig>=1.5" libconfig-dev)
rounds_find_module(openssl "openssl>=3.0" libssl-dev)
rounds_find_module(jansson "jansson>=2.13" libjansson-dev)
rounds_find_module(pcre2 "libpcre2-8>=10.30" libpcre2-dev)
rounds_find_module(microhttpd "libmicrohttpd>=0.9.75" libmicrohttpd-dev)
rounds_find_module(sqlite "sqlite3>=3.40" libsqlite3-dev)
rounds_find_plain(jq jq jq.h libjq-dev)
rounds_find_plain(unistring unistring unistr.h libunistring-dev)
