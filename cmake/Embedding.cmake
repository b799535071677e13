# Pages as C files, made anew when a part of them changes.

set(ROUNDS_EMBED "${CMAKE_CURRENT_LIST_DIR}/embed.cmake")

# What all pages of rounds begin with: looks, words, making elements.
set(ROUNDS_SHARED_PAGE "${PROJECT_SOURCE_DIR}/src/report/html/shared")

# rounds_embed_page(TARGET NAME FOLDER SCRIPTS file... [START file]): the page of
# FOLDER, which has page.html and style.css, as arrays that NAME.h beside the
# target's sources declares. cmake/embed.cmake says which, and what START does.
function(rounds_embed_page target name folder)
  cmake_parse_arguments(EMBED "" "START" "SCRIPTS" ${ARGN})
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
  set(page "${folder}/page.html")
  set(styles "${ROUNDS_SHARED_PAGE}/base.css" "${folder}/style.css")
  list(TRANSFORM EMBED_SCRIPTS PREPEND "${folder}/")
  set(scripts
    "${ROUNDS_SHARED_PAGE}/terms.js" "${ROUNDS_SHARED_PAGE}/tools.js"
    ${EMBED_SCRIPTS})
  if(EMBED_START)
    set(start "${folder}/${EMBED_START}")
  endif()

  set(output "${CMAKE_CURRENT_BINARY_DIR}/${name}.c")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -D "NAME=${name}" -D "PAGE=${page}"
      -D "STYLES=${styles}" -D "SCRIPTS=${scripts}" -D "START=${start}"
      -D "OUTPUT=${output}" -P "${ROUNDS_EMBED}"
    DEPENDS "${page}" ${styles} ${scripts} ${start} "${ROUNDS_EMBED}"
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()
