find_program(PYTHON3 python3 REQUIRED)
add_test(NAME lint_coroutines COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/lint/coroutines.py ${CMAKE_SOURCE_DIR})
add_test(NAME lint_coroutines_self_test COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/lint/coroutines.py --self-test)
add_test(NAME lint_arrows COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/lint/arrows.py ${CMAKE_SOURCE_DIR})
