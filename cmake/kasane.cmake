# The two shapes every folder uses: a library of the platform, and a test of it.

# kasane_library(NAME SOURCES file... [LIBRARIES lib...])
function(kasane_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC kasane_options ${arg_LIBRARIES})
endfunction()

# kasane_test(NAME SOURCES file... [LIBRARIES lib...] [LABELS label...] [SYSTEMC])
# A GoogleTest program, one ctest entry. SYSTEMC: the program gets sc_main from tests/unit/systemc_main.cpp, which
# runs all tests inside sc_main; each test that elaborates modules should be its own program or build all its
# modules before the first sc_start.
function(kasane_test name)
  cmake_parse_arguments(arg "SYSTEMC" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT KASANE_TESTS)
    return()
  endif()
  if(arg_SYSTEMC)
    add_executable(${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/tests/unit/systemc_main.cpp)
    target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock ${arg_LIBRARIES} kasane_options kasane_systemc)
  else()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE GTest::gtest_main GTest::gmock ${arg_LIBRARIES} kasane_options)
  endif()
  target_compile_definitions(${name} PRIVATE KASANE_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             KASANE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  if(arg_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
  endif()
endfunction()
