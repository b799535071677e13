# Makes C arrays of a page that is kept as HTML, style sheets and scripts.
#
#   cmake -D NAME=... -D PAGE=... -D STYLES=... -D SCRIPTS=... [-D START=...]
#     -D OUTPUT=....c -P embed.cmake
#
# Style sheets become one and scripts become one, in their order. With START the
# page becomes a single file, NAME[]: @START@, @STYLE@ and @SCRIPT@ stand in it
# for their text, and @START_HASH@ ... for the hashes by which its content policy
# lets a browser run these very scripts and nothing that got into the page with
# what it shows. Without, three are made: NAME_html[], NAME_css[] and NAME_js[].
# NAME.h declares them.

function(join_files files result)
  set(all "")
  foreach(file ${files})
    file(READ "${file}" text)
    string(APPEND all "${text}\n")
  endforeach()
  set(${result} "${all}" PARENT_SCOPE)
endfunction()

# The 32 bytes of a SHA-256, given as hex digits, in base64.
function(base64_of_hash hex result)
  set(alphabet
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(text "")
  string(APPEND hex "00")
  foreach(at RANGE 0 60 6)
    string(SUBSTRING "${hex}" ${at} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR letter "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING "${alphabet}" ${letter} 1 letter)
      string(APPEND text "${letter}")
    endforeach()
  endforeach()
  string(REGEX REPLACE "A$" "=" text "${text}")
  set(${result} "'sha256-${text}'" PARENT_SCOPE)
endfunction()

# TEXT as a C array, appended to OUTPUT.
function(append_array name text)
  file(WRITE "${OUTPUT}.part" "${text}")
  file(READ "${OUTPUT}.part" bytes HEX)
  file(REMOVE "${OUTPUT}.part")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE
    "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
    bytes "${bytes}")
  file(APPEND "${OUTPUT}"
    "\nconst unsigned char ${name}[] = {\n${bytes}\n};\n"
    "const size_t ${name}_length = sizeof(${name});\n")
endfunction()

file(READ "${PAGE}" page)
join_files("${STYLES}" style)
join_files("${SCRIPTS}" script)
set(script "\"use strict\";\n(() => {\n${script}})();\n")
file(WRITE "${OUTPUT}" "#include \"${NAME}.h\"\n")

if(NOT START)
  append_array(${NAME}_html "${page}")
  append_array(${NAME}_css "${style}")
  append_array(${NAME}_js "${script}")
  return()
endif()

file(READ "${START}" start)
foreach(part STYLE START SCRIPT)
  string(TOLOWER ${part} name)
  string(SHA256 hash "${${name}}")
  base64_of_hash("${hash}" hash)
  string(REPLACE "@${part}_HASH@" "${hash}" page "${page}")
endforeach()
foreach(part STYLE START SCRIPT)
  string(TOLOWER ${part} name)
  string(REPLACE "@${part}@" "${${name}}" page "${page}")
endforeach()
append_array(${NAME} "${page}")
