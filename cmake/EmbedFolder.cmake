# cmake -DFOLDER=... -DPATTERN=... -DHEADER=... -DNAMESPACE=... -DFUNCTION=... -DOUTPUT=... -P EmbedFolder.cmake: writes a C++ file
# that defines `const std::map<std::string, std::string>& FUNCTION()` of HEADER: every file of a folder as a text, by its path.
file(GLOB_RECURSE paths LIST_DIRECTORIES false RELATIVE ${FOLDER} ${FOLDER}/${PATTERN} ${FOLDER}/.${PATTERN})
list(SORT paths)
set(code "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nconst std::map<std::string, std::string>& ${FUNCTION}() {\n")
string(APPEND code "  static const std::map<std::string, std::string> files = {\n")
foreach(path IN LISTS paths)
  file(READ ${FOLDER}/${path} text)
  string(APPEND code "      {\"${path}\", R\"flotilla(${text})flotilla\"},\n")
endforeach()
string(APPEND code "  };\n  return files;\n}\n\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${code}")
