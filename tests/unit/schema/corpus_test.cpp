// Public files, with the verdict that the original gateway had on them: the same here, except for those in a list that says why. And of
// every file that loads: it differs neither from itself nor from its dump nor from its canonical layout.

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "schema/diff.h"
#include "schema/dump.h"
#include "schema/format.h"
#include "schema/json.h"
#include "schema/report.h"

namespace {

namespace fs = std::filesystem;
using schema::UnknownPlugins;

constexpr const char* exceptions_file = "tests/compat/verdict_exceptions.json";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The files have marks in place of a certificate and its key.
struct Pair {
  std::string certificate, key, public_key;

  Pair() {
    EVP_PKEY* pair = EVP_RSA_gen(2048);
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), 0);
    X509_gmtime_adj(X509_getm_notAfter(made), 86'400);
    X509_set_pubkey(made, pair);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("example.test"), -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(made));
    X509_sign(made, pair, EVP_sha256());
    certificate = text([&](BIO* bio) { PEM_write_bio_X509(bio, made); });
    key = text([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, pair, nullptr, nullptr, 0, nullptr, nullptr); });
    public_key = text([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, pair); });
    X509_free(made);
    EVP_PKEY_free(pair);
  }

 private:
  template <typename Write>
  static std::string text(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long bytes = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<size_t>(bytes));
    BIO_free(bio);
    pem.pop_back();  // the line break at the end
    return pem;
  }
};

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
}

// A mark that has its line to itself stands in a block of lines, else inside of a text in quotes.
std::string with_pem(const std::string& text, const Pair& pair) {
  std::string out;
  size_t column_below = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    // Some marks stand where the tool that fills them in would have begun: at the start of a line below the `|`.
    if (line.starts_with("@TEST_")) line.insert(0, column_below, ' ');
    const size_t lead = std::min(line.find_first_not_of(' '), line.size());
    column_below = lead + 2;
    for (const auto& [mark, pem] : {std::pair(std::string("@TEST_CERTIFICATE@"), pair.certificate), std::pair(std::string("@TEST_PRIVATE_KEY@"), pair.key),
                                    std::pair(std::string("@TEST_PUBLIC_KEY@"), pair.public_key)}) {
      std::string filled = pem;
      replace_all(filled, "\n", line.substr(lead, line.find_last_not_of(" \r") + 1 - lead) == mark ? "\n" + std::string(lead, ' ') : "\\n");
      replace_all(line, mark, filled);
    }
    out += line + "\n";
    at = end + 1;
  }
  return out;
}

struct Case {
  std::string name, verdict, text;
  schema::Syntax syntax = schema::Syntax::yaml;
};

// `file,...,verdict`: the first and the last column.
std::map<std::string, std::string> verdicts_of(const fs::path& folder) {
  std::map<std::string, std::string> verdicts;
  std::ifstream manifest(folder / "manifest.csv");
  for (std::string line; std::getline(manifest, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    verdicts[line.substr(0, line.find(','))] = line.substr(line.rfind(',') + 1);
  }
  return verdicts;
}

// Templates of other tools are filled in as they were for the original; of two names, the longer one first.
void render(const schema::Value& row, std::string& text) {
  const schema::Value* variables = row.find("vars");
  if (variables == nullptr) return;
  std::vector<schema::Member> longest_first(variables->members().begin(), variables->members().end());
  std::stable_sort(longest_first.begin(), longest_first.end(), [](const auto& a, const auto& b) { return a.name.size() > b.name.size(); });
  for (const schema::Member& one : longest_first) {
    std::string value(one.value.as_text());
    if (value.starts_with("<test ")) value = one.name.find("PUBLIC_KEY") != std::string::npos ? "@TEST_PUBLIC_KEY@" : value.find("cert") != std::string::npos ? "@TEST_CERTIFICATE@" : "@TEST_PRIVATE_KEY@";
    replace_all(text, one.name, value);
  }
}

std::vector<Case> cases_of(const fs::path& folder, const Pair& pair) {
  std::map<std::string, Case> cases;
  const auto verdicts = verdicts_of(folder);
  std::ifstream recorded(folder / "kong_verdicts.jsonl");
  for (std::string line; std::getline(recorded, line);) {
    schema::Arena arena;
    schema::Problems problems;
    schema::Value row;
    REQUIRE(schema::read_json(line, 0, arena, problems, {}, row));
    const std::string name(row.find("file")->as_text());
    const auto verdict = verdicts.find(name);
    if (verdict == verdicts.end() || verdict->second.empty()) continue;
    std::string text = read_file(folder / name);
    if (row.find("rendered")->as_boolean()) render(row, text);
    cases[name] = {folder.filename().string() + "/" + name, verdict->second, with_pem(text, pair), name.ends_with(".json") ? schema::Syntax::json : schema::Syntax::yaml};
  }
  std::vector<Case> list;
  for (auto& [name, one] : cases) list.push_back(std::move(one));
  return list;
}

struct Loaded {
  std::unique_ptr<const schema::Config> config;
  schema::Problems problems;
};

// Variables that a template asks for hold their own name.
Loaded load(const std::string& text, schema::Syntax syntax, UnknownPlugins unknown) {
  schema::LoadOptions options;
  options.unknown_plugins = unknown;
  options.accept_described_plugins = true;
  options.environment = [](std::string_view name) { return std::optional(std::string(name)); };
  options.now_s = 1'700'000'000;
  Loaded loaded;
  loaded.config = schema::load({{"kong.yml", text, syntax}}, loaded.problems, options);
  return loaded;
}

bool has_placed_error(const schema::Problems& problems) {
  for (const schema::Problem& problem : problems.all())
    if (problem.severity == schema::Severity::error && problem.place.line > 0) return true;
  return false;
}

std::string first_error(const schema::Problems& problems) {
  schema::Document document;
  document.files = {"kong.yml"};
  for (const schema::Problem& problem : problems.all())
    if (problem.severity == schema::Severity::error) return schema::report_line(problem, document);
  return {};
}

// Empty: as the original.
std::string deviation(const Case& one) {
  const Loaded strict = load(one.text, one.syntax, UnknownPlugins::refuse);
  const Loaded lenient = load(one.text, one.syntax, UnknownPlugins::skip);
  if (one.verdict == "invalid" || one.verdict == "error-500") {
    if (lenient.config != nullptr) return "loads, though the original refuses it";
    return has_placed_error(strict.problems) ? "" : "is refused without a place";
  }
  if (lenient.config == nullptr) return "is refused: " + first_error(lenient.problems);
  // A plugin that the recorded gateway did not load may be described here.
  if (one.verdict.find("plugins-not-loaded") != std::string::npos) return strict.config != nullptr || first_error(strict.problems).find("plugin") != std::string::npos ? "" : "is not refused by the name of a plugin";
  return strict.config != nullptr ? "" : "is refused: " + first_error(strict.problems);
}

std::set<std::string> exceptions() {
  schema::Arena arena;
  schema::Problems problems;
  schema::Value root;
  const std::string text = read_file(exceptions_file);
  REQUIRE(schema::read_json(text, 0, arena, problems, {}, root));
  std::set<std::string> names;
  for (const schema::Member& reason : root.members())
    for (const schema::Value& file : reason.value.items()) names.emplace(file.as_text());
  return names;
}

std::string changes(const schema::Config& from, const schema::Config& to) {
  const schema::Diff diff = schema::diff(from, to);
  std::string text;
  for (const schema::Change& change : diff.changes) {
    text += std::string(change.collection) + " " + change.key;
    for (const schema::FieldChange& field : change.fields) text += " " + field.path;
    text += "; ";
  }
  return text;
}

std::string formatted(const Case& one) {
  schema::Problems problems;
  schema::ReadLimits limits;
  limits.keep_merges = true;
  const schema::Document document = schema::read({{"kong.yml", one.text, one.syntax}}, problems, limits);
  return schema::format_document(document);
}

void check_properties(const Case& one) {
  const Loaded loaded = load(one.text, one.syntax, UnknownPlugins::skip);
  if (loaded.config == nullptr) return;
  CAPTURE(one.name);
  CHECK(changes(*loaded.config, *loaded.config) == "");
  const Loaded again = load(schema::to_yaml(*loaded.config), schema::Syntax::yaml, UnknownPlugins::skip);
  REQUIRE_MESSAGE(again.config != nullptr, first_error(again.problems));
  CHECK(changes(*loaded.config, *again.config) == "");
  const std::string layout = formatted(one);
  const Loaded laid_out = load(layout, schema::Syntax::yaml, UnknownPlugins::skip);
  REQUIRE_MESSAGE(laid_out.config != nullptr, first_error(laid_out.problems));
  CHECK(changes(*loaded.config, *laid_out.config) == "");
  CHECK(formatted({one.name, {}, layout, schema::Syntax::yaml}) == layout);
}

}  // namespace

TEST_CASE("public files have the verdict of the original, but for those that are listed with a reason") {
  const Pair pair;
  std::set<std::string> listed = exceptions();
  for (const char* corpus : {"real", "deck"}) {
    const fs::path folder = fs::path("../shared/corpus") / corpus;
    if (!fs::exists(folder)) {
      MESSAGE("skipped: no ", folder.string());
      return;
    }
    size_t loading = 0;
    const auto cases = cases_of(folder, pair);
    for (const Case& one : cases) {
      const std::string what = deviation(one);
      const bool known = listed.erase(one.name) > 0;
      CHECK_MESSAGE(what.empty() != known, one.name, known ? " is listed and behaves like the original" : ": " + what);
      loading += load(one.text, one.syntax, UnknownPlugins::skip).config != nullptr;
      check_properties(one);
    }
    MESSAGE(folder.string(), ": ", cases.size(), " files with a verdict, ", loading, " load");
  }
  for (const std::string& name : listed) CHECK_MESSAGE(false, name, " is listed and is no file of the corpus");
}
