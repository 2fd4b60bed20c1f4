# Real journeys against scripted peers; a seed decides everything. A failing run is repeated with `simulation ITS_SEED 1 -v`.
file(GLOB simulation_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_executable(simulation ${simulation_sources})
target_link_libraries(simulation PRIVATE proxy)
foreach(seed 1 100000 7000000)
  add_test(NAME simulation_${seed} COMMAND simulation ${seed} 20000)
  set_tests_properties(simulation_${seed} PROPERTIES TIMEOUT 900)
endforeach()
