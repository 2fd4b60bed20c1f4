# Suites that replay recorded behaviour against the built gateway; each says in one line that it was skipped when its folder is not there.
if(TARGET gateway)
  foreach(area router proxy precedence admin declarative auth traffic transform logs)
    add_test(NAME compat_oracle_${area} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/oracle.py $<TARGET_FILE:gateway> ${area})
    # The recorded cases bring their own fixed upstream ports, so these run one after the other.
    set_tests_properties(compat_oracle_${area} PROPERTIES TIMEOUT 600 RESOURCE_LOCK oracle_ports WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endforeach()
  add_test(NAME compat_metrics COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/metrics.py $<TARGET_FILE:gateway>)
  set_tests_properties(compat_metrics PROPERTIES TIMEOUT 120 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME compat_http1 COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/http1.py $<TARGET_FILE:gateway>)
  set_tests_properties(compat_http1 PROPERTIES TIMEOUT 600 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME compat_probes COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/probes.py $<TARGET_FILE:gateway>)
  set_tests_properties(compat_probes PROPERTIES TIMEOUT 600 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endif()
