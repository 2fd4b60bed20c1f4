#include "schema/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/utf8.h"

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
    const std::string place = problem.place.line == 0 ? std::string("\"file\":null,\"line\":null,\"column\":null")
                                                      : fmt::format("\"file\":{},\"line\":{},\"column\":{}", json_quoted(file_of(problem, document)),
                                                                    problem.place.line, problem.place.column);
    out += fmt::format("\n{{\"severity\":\"{}\",{},\"path\":{},\"entity_type\":{},\"entity_name\":{},\"what\":{},\"hint\":{}}}", level_of(problem), place,
                       json_quoted(to_text(problem.path)), json_quoted(problem.entity_type), json_quoted(problem.entity_name), json_quoted(problem.what),
                       json_quoted(problem.hint));
  }
  return out + fmt::format("\n],\"errors\":{}}}\n", problems.errors());
}

// RFC 3986: what may stand in a path stands there as it is.
std::string uri_of(std::string_view path) {
  std::string out;
  for (char c : path) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-._~!$&'()*+,;=:@/").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// SARIF 2.1.0: what has no place has no location.
std::string as_sarif(const Problems& problems, const Document& document) {
  std::string results;
  for (const Problem& problem : problems.all()) {
    if (!results.empty()) results += ",";
    results += fmt::format("\n{{\"ruleId\":\"configuration\",\"level\":\"{}\",\"message\":{{\"text\":{}}}", level_of(problem), json_quoted(message_of(problem)));
    if (problem.place.line > 0)
      results += fmt::format(",\"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":{}}},\"region\":{{\"startLine\":{},\"startColumn\":{}}}}}}}]",
                             json_quoted(uri_of(file_of(problem, document))), problem.place.line, std::max<unsigned>(problem.place.column, 1));
    results += "}";
  }
  return fmt::format(
      "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":"
      "{{\"name\":\"deckctl\",\"version\":\"{}\",\"rules\":[{{\"id\":\"configuration\"}}]}}}},\"results\":[{}\n]}}]}}\n",
      GATEWAY_VERSION, results);
}

std::string github_line(const Problem& problem, const Document& document) {
  std::string place;
  if (problem.place.line > 0)
    place = fmt::format(" file={},line={},col={}", github_property(file_of(problem, document)), problem.place.line, std::max<unsigned>(problem.place.column, 1));
  return fmt::format("::{}{}::{}\n", level_of(problem), place, github_text(message_of(problem)));
}

// Names and values come from the document: they must not speak to the terminal.
std::string without_controls(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    out += control ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

}  // namespace

std::string json_quoted(std::string_view given) {
  std::string repaired;
  if (utf8_fault(given) != std::string_view::npos) repaired = utf8_repaired(given);
  const std::string_view text = repaired.empty() ? given : repaired;
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
  return without_controls(text + message_of(problem));
}

std::string report(const Problems& problems, const Document& document, Format format) {
  if (format == Format::json) return as_json(problems, document);
  if (format == Format::sarif) return as_sarif(problems, document);
  std::string out;
  for (const Problem& problem : problems.all()) out += format == Format::text ? report_line(problem, document) + "\n" : github_line(problem, document);
  return out;
}

}  // namespace schema
