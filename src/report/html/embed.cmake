# Makes the HTML report's page one file and that file a C array.
#
#   cmake -D FOLDER=... -D OUTPUT=....c -P embed.cmake
#
# @STYLE@, @START@ and @SCRIPT@ in page.html become the files named below. Their
# hashes go into the page's content policy, so that a browser runs these very
# scripts and nothing that got into the page with a report.

set(scripts
  words.js tools.js model.js summary.js histogram.js lanes.js timeline.js
  table.js filters.js page.js)

file(READ "${FOLDER}/page.html" page)
file(READ "${FOLDER}/style.css" style)
file(READ "${FOLDER}/start.js" start)
set(script "\"use strict\";\n(() => {\n")
foreach(name ${scripts})
  file(READ "${FOLDER}/${name}" text)
  string(APPEND script "${text}\n")
endforeach()
string(APPEND script "})();\n")

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

file(WRITE "${OUTPUT}.page" "${page}")
file(READ "${OUTPUT}.page" bytes HEX)
file(REMOVE "${OUTPUT}.page")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE
  "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
  bytes "${bytes}")
file(WRITE "${OUTPUT}"
  "#include \"html_page.h\"\n\n"
  "const unsigned char html_page[] = {\n${bytes}\n};\n"
  "const size_t html_page_length = sizeof(html_page);\n")
