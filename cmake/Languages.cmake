# The languages of po/LINGUAS and where the program finds their catalogues.

find_program(ROUNDS_MSGFMT msgfmt)
if(NOT ROUNDS_MSGFMT)
  message(FATAL_ERROR "msgfmt is missing: apt-get install gettext")
endif()

file(STRINGS "${PROJECT_SOURCE_DIR}/po/LINGUAS" ROUNDS_LANGUAGES
  REGEX "^[a-z]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS po/LINGUAS)
# Relative, so that an installed tree can be moved.
file(RELATIVE_PATH ROUNDS_LOCALE_FROM_PROGRAM
  "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LOCALEDIR}")

# rounds_languages(FILE): tell a C file of the above.
function(rounds_languages file)
  list(TRANSFORM ROUNDS_LANGUAGES REPLACE "(.+)" "\"\\1\"" OUTPUT_VARIABLE names)
  list(JOIN names "," names)
  set_property(SOURCE "${file}" APPEND PROPERTY COMPILE_DEFINITIONS
    "ROUNDS_LANGUAGES=${names}"
    "ROUNDS_LOCALE_FROM_PROGRAM=\"${ROUNDS_LOCALE_FROM_PROGRAM}\"")
endfunction()
