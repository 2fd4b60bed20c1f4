# deckctl as people run it: the binary, files, clones.
foreach(suite git_sources lint_explain explain_recorded fmt schema command_line)
  add_test(NAME deckctl_${suite} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/${suite}.py $<TARGET_FILE:deckctl>)
  set_tests_properties(deckctl_${suite} PROPERTIES TIMEOUT 300 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endforeach()
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=address")
  # A leak of a library is told from ours by whose function asked for it; the library keeps no frame pointers, so its stack is walked slowly.
  set_tests_properties(deckctl_git_sources PROPERTIES ENVIRONMENT
    "ASAN_OPTIONS=detect_leaks=1:exitcode=99:fast_unwind_on_malloc=0;LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan_suppressions.txt")
endif()
if(TARGET gateway)
  foreach(suite sync doors never_shown)
    add_test(NAME deckctl_${suite} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/${suite}.py $<TARGET_FILE:deckctl> $<TARGET_FILE:gateway>)
    set_tests_properties(deckctl_${suite} PROPERTIES TIMEOUT 300 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endforeach()
endif()
