// Any text is a script or is refused. One that runs ends within its bounds, whatever it does, and what it leaves behind
// is as it was for the next one. What follows a line of its own "--" is searched for by the pattern in front of it as
// well.

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/plugins/lua_json.h"
#include "gateway/scripting/pattern.h"
#include "gateway/scripting/scripts.h"
#include "tests/fuzz/demand.h"

namespace {

constexpr uint64_t steps_max = 20'000;

void take_json(lua_State* lua, void* text) { plugins::append_lua_json(lua, -1, *static_cast<std::string*>(text)); }

script::Policy narrow() {
  script::Policy policy;
  policy.modules = {"cjson"};
  policy.limits.steps_max = steps_max;
  policy.limits.memory_bytes_max = 2 << 20;
  policy.limits.cpu_ms_max = 1000;  // sanitizers are slow; what counts here are the steps
  return policy;
}

void search(std::string_view text, std::string_view pattern) {
  script::Matcher matcher(text, pattern, steps_max);
  const bool found = matcher.search(0);
  demand(!found || matcher.error() == nullptr);
  demand(matcher.steps() <= steps_max + text.size() + pattern.size());
  if (!found) return;
  demand(matcher.begin() <= matcher.end() && matcher.end() <= text.size());
  for (size_t i = 0; i < matcher.captures(); ++i) {
    const script::Capture& capture = matcher.capture(i);
    demand(capture.begin >= text.data() && capture.begin + capture.size <= text.data() + text.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t text_bytes_max = 4096;
  const std::string_view text(reinterpret_cast<const char*>(data), size < text_bytes_max ? size : text_bytes_max);
  if (const size_t cut = text.find("\n--\n"); cut != std::string_view::npos)
    search(text.substr(cut + 4), text.substr(0, cut));

  script::Scripts scripts(narrow(), {{}, plugins::preload_cjson});
  const size_t given = scripts.add(std::string(text));
  const size_t usual =
      scripts.add("return ('x'):rep(3) .. tostring(n) .. table.concat({1, 2}, ('a b'):match('%s')) .. type(io)");
  std::string value;
  scripts.run(given, nullptr, take_json, &value);
  value.clear();
  demand(scripts.run(usual, nullptr, take_json, &value).empty());
  demand(value == "\"xxxnil1 2nil\"");
  return 0;
}
