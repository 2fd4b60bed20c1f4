# The real binaries, driven from outside by real clients.
if(TARGET gateway)
  add_test(NAME quickstart COMMAND python3 ${CMAKE_SOURCE_DIR}/examples/quickstart/run.py --gateway $<TARGET_FILE:gateway> --check)
  set_tests_properties(quickstart PROPERTIES TIMEOUT 180)

  foreach(example shop gitops compose)
    add_test(NAME examples_${example} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/examples/${example}.py $<TARGET_FILE:gateway> $<TARGET_FILE:deckctl>)
    set_tests_properties(examples_${example} PROPERTIES TIMEOUT 180 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endforeach()

  foreach(suite curl websocket streaming reload balancing tls health generations confirm logs drain overload idle_connections scripts)
    add_test(NAME end_to_end_${suite} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/${suite}.py $<TARGET_FILE:gateway>)
    set_tests_properties(end_to_end_${suite} PROPERTIES TIMEOUT 180 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endforeach()

  # Many of their connections wait in the kernel, for which it counts memory and ports: not beside others of their kind.
  set_tests_properties(end_to_end_drain end_to_end_overload end_to_end_idle_connections PROPERTIES RUN_SERIAL TRUE)

  add_test(NAME end_to_end_admin_protection COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/admin_protection.py $<TARGET_FILE:gateway> $<TARGET_FILE:deckctl>)
  set_tests_properties(end_to_end_admin_protection PROPERTIES TIMEOUT 180 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})

  add_test(NAME readme COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/readme.py $<TARGET_FILE:gateway> $<TARGET_FILE:deckctl>)
  set_tests_properties(readme PROPERTIES TIMEOUT 120 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})

  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # Builds both programs once more, from nothing, as the image does: seconds with ccache, minutes without.
    add_test(NAME dockerfile COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/dockerfile.py ${CMAKE_SOURCE_DIR})
    set_tests_properties(dockerfile PROPERTIES TIMEOUT 3000 LABELS heavy WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
  add_test(NAME node_life COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/node_life.py $<TARGET_FILE:gateway>)
  # Ports are asked from the kernel and then let go: a neighbour that asks at the same moment may get one of them.
  set_tests_properties(node_life PROPERTIES TIMEOUT 300 RUN_SERIAL TRUE WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endif()
