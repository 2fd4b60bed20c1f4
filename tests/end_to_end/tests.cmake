# The real binaries, driven from outside.
if(TARGET gateway)
  add_test(NAME quickstart COMMAND python3 ${CMAKE_SOURCE_DIR}/examples/quickstart/run.py --gateway $<TARGET_FILE:gateway> --check)
  set_tests_properties(quickstart PROPERTIES TIMEOUT 180)
endif()
