// Any text: it is read or refused, and what is read is written as JSON that reads as the same.

#include <cstdlib>

#include "schema/check.h"
#include "schema/document.h"
#include "schema/emit.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  schema::Problems problems;
  const schema::Document document = schema::read(
      {{"kong.json", std::string(reinterpret_cast<const char*>(data), size), schema::Syntax::json}}, problems);
  if (problems.any_error()) return 0;
  const schema::Document again = schema::read(
      {{"kong.json", schema::to_json_text(document.root, size % 2 == 0 ? 2 : 0), schema::Syntax::json}}, problems);
  if (problems.any_error() || !schema::equal(document.root, again.root)) std::abort();
  return 0;
}
