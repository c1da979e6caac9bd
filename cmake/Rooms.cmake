# flotilla_room(NAME SOURCES ... USES ... WRAPS ...): one library for one folder. USES are rooms and jsoncpp-cheap libraries that
# its headers show; WRAPS are third-party libraries that only this room sees.
function(flotilla_room NAME)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;WRAPS" ${ARGN})
  add_library(${NAME} STATIC ${ROOM_SOURCES})
  target_link_libraries(${NAME} PUBLIC project_options ${ROOM_USES} PRIVATE project_warnings ${ROOM_WRAPS})
endfunction()

# flotilla_test(NAME LABEL fast|kube SOURCES ... USES ...): one Catch2 program; each test case is a CTest entry of its own.
function(flotilla_test NAME)
  cmake_parse_arguments(TEST "" "LABEL" "SOURCES;USES" ${ARGN})
  add_executable(${NAME} ${TEST_SOURCES})
  target_link_libraries(${NAME} PRIVATE project_options project_warnings catch_main Catch2::Catch2 ${TEST_USES})
  target_compile_definitions(${NAME} PRIVATE FLOTILLA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  catch_discover_tests(${NAME} TEST_PREFIX "${NAME}: " PROPERTIES LABELS "${TEST_LABEL}" TIMEOUT 600)
endfunction()

# Adds the folders that are there (rooms are built one after another).
function(flotilla_rooms)
  foreach(room ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/CMakeLists.txt)
      add_subdirectory(${room})
    endif()
  endforeach()
endfunction()

# flotilla_embed(OUTPUT FOLDER ... PATTERN ... HEADER ... NAMESPACE ... FUNCTION ...): a source file made of the files of a folder
# whose names fit the pattern; see EmbedFolder.cmake.
function(flotilla_embed OUTPUT)
  cmake_parse_arguments(EMBED "" "FOLDER;PATTERN;HEADER;NAMESPACE;FUNCTION" "" ${ARGN})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${EMBED_FOLDER}/${EMBED_PATTERN} ${EMBED_FOLDER}/.${EMBED_PATTERN})
  add_custom_command(
    OUTPUT ${OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${EMBED_FOLDER} -DPATTERN=${EMBED_PATTERN} -DHEADER=${EMBED_HEADER}
            -DNAMESPACE=${EMBED_NAMESPACE} -DFUNCTION=${EMBED_FUNCTION} -DOUTPUT=${OUTPUT}
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFolder.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedFolder.cmake
    COMMENT "Embedding ${EMBED_FOLDER}"
    VERBATIM)
endfunction()
