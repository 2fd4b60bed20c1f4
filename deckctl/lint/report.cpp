#include <fmt/format.h>

#include "deckctl/lint/run.h"

namespace deckctl::lint {

namespace {

using schema::json_quoted;

std::string_view file_of(const Finding& finding, const schema::Document& document) {
  return finding.place.file < document.files.size() ? std::string_view(document.files[finding.place.file]) : std::string_view();
}

std::string message_of(const Finding& finding) {
  return fmt::format("{}{}{}: {}{}", finding.entity_type, finding.entity_name.empty() ? "" : " ", finding.entity_name, finding.what, finding.hint.empty() ? "" : " (" + finding.hint + ")");
}

std::string line_of(const Finding& finding, const schema::Document& document) {
  const std::string place = finding.place.line > 0 ? fmt::format("{}:{}:{}: ", file_of(finding, document), finding.place.line, finding.place.column) : std::string();
  return fmt::format("{}{}: {} [{}]\n", place, name_of(finding.rule->severity), message_of(finding), finding.rule->name);
}

std::string json_of(const Finding& finding, const schema::Document& document) {
  return fmt::format(
      "{{\"rule\":\"{}\",\"severity\":\"{}\",\"file\":{},\"line\":{},\"column\":{},\"entity_type\":{},\"entity_name\":{},\"what\":{},\"hint\":{}}}",
      finding.rule->name, name_of(finding.rule->severity), json_quoted(file_of(finding, document)), finding.place.line, finding.place.column,
      json_quoted(finding.entity_type), json_quoted(finding.entity_name), json_quoted(finding.what), json_quoted(finding.hint));
}

// SARIF and GitHub say "note" and "notice" where we say info.
std::string_view level_of(Severity severity, std::string_view info) { return severity == Severity::info ? info : name_of(severity); }

std::string sarif_of(const Finding& finding, const schema::Document& document) {
  return fmt::format(
      "{{\"ruleId\":\"{}\",\"level\":\"{}\",\"message\":{{\"text\":{}}},\"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":{}}},"
      "\"region\":{{\"startLine\":{},\"startColumn\":{}}}}}}}]}}",
      finding.rule->name, level_of(finding.rule->severity, "note"), json_quoted(message_of(finding)), json_quoted(file_of(finding, document)),
      std::max(finding.place.line, 1u), std::max<unsigned>(finding.place.column, 1));
}

std::string sarif_rule(const Rule& rule) {
  return fmt::format("{{\"id\":\"{}\",\"shortDescription\":{{\"text\":{}}},\"fullDescription\":{{\"text\":{}}},\"defaultConfiguration\":{{\"level\":\"{}\"}}}}", rule.name,
                     json_quoted(rule.what), json_quoted(rule.why), level_of(rule.severity, "note"));
}

std::string github_of(const Finding& finding, const schema::Document& document) {
  return fmt::format("::{} file={},line={},col={},title={}::{}\n", level_of(finding.rule->severity, "notice"), schema::github_property(file_of(finding, document)),
                     std::max(finding.place.line, 1u), std::max<unsigned>(finding.place.column, 1), finding.rule->name, schema::github_text(message_of(finding)));
}

template <typename List, typename Show>
std::string joined(const List& list, Show show) {
  std::string out;
  for (const auto& each : list) out += (out.empty() ? "\n" : ",\n") + show(each);
  return out;
}

}  // namespace

std::string report(const Findings& findings, const schema::Document& document, schema::Format format) {
  std::string out;
  switch (format) {
    case schema::Format::text:
      for (const Finding& finding : findings.all()) out += line_of(finding, document);
      return out;
    case schema::Format::github:
      for (const Finding& finding : findings.all()) out += github_of(finding, document);
      return out;
    case schema::Format::json:
      return fmt::format("{{\"findings\":[{}\n],\"allowed\":{}}}\n", joined(findings.all(), [&](const Finding& each) { return json_of(each, document); }), findings.allowed());
    case schema::Format::sarif:
      return fmt::format(
          "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"deckctl lint\","
          "\"version\":\"{}\",\"rules\":[{}]}}}},\"results\":[{}\n]}}]}}\n",
          GATEWAY_VERSION, joined(rules(), sarif_rule), joined(findings.all(), [&](const Finding& each) { return sarif_of(each, document); }));
  }
  return out;
}

std::string rule_list(schema::Format format) {
  std::string out;
  if (format == schema::Format::text) {
    for (const Rule& rule : rules()) out += fmt::format("{} ({})\n    finds {}\n    {}\n", rule.name, name_of(rule.severity), rule.what, rule.why);
    return out;
  }
  if (format == schema::Format::json) {
    return fmt::format("{{\"rules\":[{}\n]}}\n", joined(rules(), [](const Rule& rule) {
                         return fmt::format("{{\"name\":\"{}\",\"severity\":\"{}\",\"finds\":{},\"why\":{}}}", rule.name, name_of(rule.severity), json_quoted(rule.what), json_quoted(rule.why));
                       }));
  }
  out = "| rule | severity | finds | why |\n| --- | --- | --- | --- |\n";
  for (const Rule& rule : rules()) out += fmt::format("| `{}` | {} | {} | {} |\n", rule.name, name_of(rule.severity), rule.what, rule.why);
  return out;
}

}  // namespace deckctl::lint
