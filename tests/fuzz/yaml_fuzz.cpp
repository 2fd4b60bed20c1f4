// Any text: it is read or refused, and what is read comes back the same through both writers.

#include <cstdlib>

#include "schema/check.h"
#include "schema/emit.h"
#include "schema/format.h"

namespace {

schema::ReadLimits limits() {
  schema::ReadLimits small;
  small.nodes_max = 20'000;
  return small;
}

schema::Document read(std::string text, schema::Problems& problems, bool keep_merges) {
  schema::ReadLimits small = limits();
  small.keep_merges = keep_merges;
  return schema::read({{"kong.yml", std::move(text), schema::Syntax::yaml}}, problems, small);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  schema::Problems problems;
  const schema::Document document = read(text, problems, false);
  if (problems.any_error()) return 0;
  const std::string dump = schema::to_yaml_text(document.root);
  const schema::Document again = read(dump, problems, false);
  // A number that is none is never the same as itself.
  if (problems.any_error()) std::abort();
  if (dump.find(".nan") == std::string::npos && !schema::equal(document.root, again.root)) std::abort();
  const schema::Document kept = read(text, problems, true);
  const std::string layout = schema::format_document(kept);
  const schema::Document laid_out = read(layout, problems, false);
  if (problems.any_error()) std::abort();
  if (dump.find(".nan") == std::string::npos && !schema::equal(document.root, laid_out.root)) std::abort();
  return 0;
}
