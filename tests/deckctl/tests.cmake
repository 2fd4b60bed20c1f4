# deckctl as people run it: the binary, files, clones.
foreach(suite git_sources lint_explain explain_recorded fmt schema)
  add_test(NAME deckctl_${suite} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/${suite}.py $<TARGET_FILE:deckctl>)
  set_tests_properties(deckctl_${suite} PROPERTIES TIMEOUT 300 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endforeach()
if(TARGET gateway)
  add_test(NAME deckctl_sync COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/sync.py $<TARGET_FILE:deckctl> $<TARGET_FILE:gateway>)
  set_tests_properties(deckctl_sync PROPERTIES TIMEOUT 300 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endif()
