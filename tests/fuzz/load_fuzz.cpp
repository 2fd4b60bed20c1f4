// Any document on its whole way: it is refused with a reason, or its dump loads again and differs in nothing.

#include <cstdlib>

#include "schema/config.h"
#include "schema/diff.h"
#include "schema/dump.h"

namespace {

std::unique_ptr<const schema::Config> load(std::string text, schema::Problems& problems) {
  schema::LoadOptions options;
  options.environment = [](std::string_view name) { return std::optional(std::string(name)); };
  options.unknown_plugins = schema::UnknownPlugins::skip;
  options.accept_described_plugins = true;
  options.now_s = 1;
  return schema::load({{"kong.yml", std::move(text), schema::Syntax::detect}}, problems, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  schema::Problems problems;
  const auto config = load(std::string(reinterpret_cast<const char*>(data), size), problems);
  if (config == nullptr) {
    if (!problems.any_error()) std::abort();
    return 0;
  }
  const auto again = load(schema::to_yaml(*config), problems);
  if (again == nullptr || !schema::diff(*config, *again).changes.empty()) std::abort();
  return 0;
}
