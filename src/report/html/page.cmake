# The HTML report's page as a C file, made anew when a part of it changes.

set(html_page "${CMAKE_CURRENT_BINARY_DIR}/html_page.c")
set(html_folder "${CMAKE_CURRENT_SOURCE_DIR}/html")
file(GLOB html_parts CONFIGURE_DEPENDS
  "${html_folder}/*.html" "${html_folder}/*.css" "${html_folder}/*.js")
add_custom_command(
  OUTPUT "${html_page}"
  COMMAND "${CMAKE_COMMAND}" -D "FOLDER=${html_folder}" -D "OUTPUT=${html_page}"
    -P "${html_folder}/embed.cmake"
  DEPENDS ${html_parts} "${html_folder}/embed.cmake"
  COMMENT "Embedding the HTML report's page"
  VERBATIM)
target_sources(rounds_report PRIVATE "${html_page}")
target_include_directories(rounds_report PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
