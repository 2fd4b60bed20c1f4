# One libFuzzer target for each reader of what others wrote. With the fuzz preset (clang) each runs for FUZZ_SECONDS from its kept
# inputs, as a test; under the sanitizers of other presets the kept inputs themselves go through it once.
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_fuzz.cpp)

if(GATEWAY_FUZZ)
  # Readers only: clang 14 cannot instrument the coroutines on their floors.
  file(GLOB fuzzed_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/gateway/http/*.cpp ${CMAKE_SOURCE_DIR}/gateway/routing/*.cpp ${CMAKE_SOURCE_DIR}/gateway/scripting/*.cpp
       ${CMAKE_SOURCE_DIR}/deckctl/git/*.cpp)
  foreach(file async/arena async/frame_pool net/address net/ip_network plugins/text_template plugins/body_fields plugins/json_members plugins/json_text plugins/lua_json
               runtime/generation_file runtime/generations)
    list(APPEND fuzzed_sources ${CMAKE_SOURCE_DIR}/gateway/${file}.cpp)
  endforeach()
  add_library(fuzzed STATIC ${fuzzed_sources})
  target_link_libraries(fuzzed PUBLIC admin schema OpenSSL::Crypto PkgConfig::re2 PkgConfig::git2 PkgConfig::luajit)
elseif(CMAKE_CXX_FLAGS MATCHES "-fsanitize=address")
  add_library(fuzzed INTERFACE)
  target_link_libraries(fuzzed INTERFACE runtime deckctl_parts)
endif()

if(TARGET fuzzed)
  add_custom_target(fuzzers)
  foreach(source ${fuzz_sources})
    get_filename_component(target ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${target})
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE fuzzed)
    add_dependencies(fuzzers ${target})
    set(corpus ${CMAKE_CURRENT_LIST_DIR}/corpus/${name})
    if(GATEWAY_FUZZ)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
      add_test(NAME fuzz_${name} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/run.py $<TARGET_FILE:${target}> ${corpus})
      # As long as FUZZ_SECONDS says, which run.py bounds.
      set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 86400)
    else()
      target_sources(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/replay.cpp)
      add_test(NAME corpus_${name} COMMAND ${target} ${corpus})
      set_tests_properties(corpus_${name} PROPERTIES TIMEOUT 120)
    endif()
  endforeach()
endif()
