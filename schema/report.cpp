#include "schema/report.h"

#include <fmt/format.h>

namespace schema {

namespace {

std::string_view file_of(const Problem& problem, const Document& document) {
  return problem.place.file < document.files.size() ? std::string_view(document.files[problem.place.file]) : std::string_view();
}

std::string message_of(const Problem& problem) {
  std::string text = to_text(problem.path);
  if (!text.empty()) text += ": ";
  text += problem.what;
  if (!problem.hint.empty()) text += problem.hint.front() == '\n' ? problem.hint : " (" + problem.hint + ")";
  return text;
}

std::string_view level_of(const Problem& problem) { return problem.severity == Severity::error ? "error" : "warning"; }

std::string as_json(const Problems& problems, const Document& document) {
  std::string out = "{\"problems\":[";
  bool first = true;
  for (const Problem& problem : problems.all()) {
    out += first ? "" : ",";
    first = false;
    out += fmt::format("\n{{\"severity\":\"{}\",\"file\":{},\"line\":{},\"column\":{},\"path\":{},\"entity_type\":{},\"entity_name\":{},\"what\":{},\"hint\":{}}}",
                       level_of(problem), json_quoted(file_of(problem, document)), problem.place.line, problem.place.column,
                       json_quoted(to_text(problem.path)), json_quoted(problem.entity_type), json_quoted(problem.entity_name),
                       json_quoted(problem.what), json_quoted(problem.hint));
  }
  return out + fmt::format("\n],\"errors\":{}}}\n", problems.errors());
}

std::string as_sarif(const Problems& problems, const Document& document) {
  std::string results;
  for (const Problem& problem : problems.all()) {
    if (!results.empty()) results += ",";
    results += fmt::format(
        "\n{{\"ruleId\":\"configuration\",\"level\":\"{}\",\"message\":{{\"text\":{}}},\"locations\":[{{\"physicalLocation\":"
        "{{\"artifactLocation\":{{\"uri\":{}}},\"region\":{{\"startLine\":{},\"startColumn\":{}}}}}}}]}}",
        level_of(problem), json_quoted(message_of(problem)), json_quoted(file_of(problem, document)), std::max(problem.place.line, 1u),
        std::max<unsigned>(problem.place.column, 1));
  }
  return fmt::format(
      "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":"
      "{{\"name\":\"deckctl\",\"version\":\"{}\",\"rules\":[{{\"id\":\"configuration\"}}]}}}},\"results\":[{}\n]}}]}}\n",
      GATEWAY_VERSION, results);
}

}  // namespace

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<int>(c));
        else out += c;
    }
  }
  return out + "\"";
}

std::string github_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '%') out += "%25";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else out += c;
  }
  return out;
}

std::string github_property(std::string_view text) {
  std::string out;
  for (char c : github_text(text)) {
    if (c == ':') out += "%3A";
    else if (c == ',') out += "%2C";
    else out += c;
  }
  return out;
}

std::string report_line(const Problem& problem, const Document& document) {
  std::string text;
  if (problem.place.line > 0) text = fmt::format("{}:{}:{}: ", file_of(problem, document), problem.place.line, problem.place.column);
  if (problem.severity == Severity::warning) text += "warning: ";
  return text + message_of(problem);
}

std::string report(const Problems& problems, const Document& document, Format format) {
  if (format == Format::json) return as_json(problems, document);
  if (format == Format::sarif) return as_sarif(problems, document);
  std::string out;
  for (const Problem& problem : problems.all()) {
    if (format == Format::text) {
      out += report_line(problem, document) + "\n";
    } else {
      out += fmt::format("::{} file={},line={},col={}::{}\n", level_of(problem), github_property(file_of(problem, document)), std::max(problem.place.line, 1u),
                         std::max<unsigned>(problem.place.column, 1), github_text(message_of(problem)));
    }
  }
  return out;
}

}  // namespace schema
