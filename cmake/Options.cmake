# What every target is compiled with: `project_options` (standard, sanitizers) and `project_warnings`.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

# -O3 costs build time on two cores and buys nothing measurable here.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(FLOTILLA_SANITIZE)
  # Compiles in half the time of -O1; -g1 is enough for line numbers, and asserts are what such a build is for.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-Og -g1")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(project_options INTERFACE)
target_include_directories(project_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_features(project_options INTERFACE cxx_std_20)
if(FLOTILLA_SANITIZE)
  target_compile_options(project_options INTERFACE -fsanitize=${FLOTILLA_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(project_options INTERFACE -fsanitize=${FLOTILLA_SANITIZE})
endif()
if(FLOTILLA_FUZZ)
  target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                       -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 on std::string and std::optional (GCC bugs 105651 and 105562).
  target_compile_options(project_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(FLOTILLA_WERROR)
  target_compile_options(project_warnings INTERFACE -Werror)
endif()
