# The benchmark's upstream; ci/bench runs the comparison, which is no test: nothing timed decides whether the suite passes.
add_executable(bench_upstream ${CMAKE_CURRENT_LIST_DIR}/upstream.cpp)

find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(router_bench ${CMAKE_CURRENT_LIST_DIR}/router_bench.cpp)
  target_link_libraries(router_bench PRIVATE routing benchmark::benchmark)
  add_executable(balancer_bench ${CMAKE_CURRENT_LIST_DIR}/balancer_bench.cpp)
  target_link_libraries(balancer_bench PRIVATE balancing benchmark::benchmark)
  add_executable(load_bench ${CMAKE_CURRENT_LIST_DIR}/load_bench.cpp)
  target_link_libraries(load_bench PRIVATE runtime benchmark::benchmark)
endif()
