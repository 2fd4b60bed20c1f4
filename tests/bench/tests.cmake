# The benchmark's upstream; ci/bench runs the comparison, which is no test: nothing timed decides whether the suite passes.
add_executable(bench_upstream ${CMAKE_CURRENT_LIST_DIR}/upstream.cpp)
