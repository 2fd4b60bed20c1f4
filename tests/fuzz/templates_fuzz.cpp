// Any text in a scalar: a template is filled in or refused, and no problem shows what a variable holds.

#include <cstdlib>

#include "schema/document.h"
#include "schema/emit.h"
#include "schema/report.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view secret = "s3cr3t\nline";
  if (text.find("s3cr3t") != std::string::npos) return 0;
  schema::Problems problems;
  schema::Document document = schema::read(
      {{"kong.yml", "a: [" + schema::json_quoted(text) + "]\nb:\n  " + text + "\n", schema::Syntax::yaml}}, problems);
  if (problems.any_error()) return 0;
  schema::fill_templates(
      document, [&](std::string_view) { return std::optional(std::string(secret)); }, problems);
  if (schema::report(problems, document, schema::Format::json).find("s3cr3t") != std::string::npos) std::abort();
  if (schema::to_json_text(document.root, 0, true).find("s3cr3t") != std::string::npos) std::abort();
  return 0;
}
