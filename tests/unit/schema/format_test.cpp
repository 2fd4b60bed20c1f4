#include "schema/format.h"

#include <doctest/doctest.h>

#include "schema/check.h"
#include "schema/report.h"

namespace {

schema::Document read(const std::string& text, bool keep_merges = true) {
  schema::Problems problems;
  schema::ReadLimits limits;
  limits.keep_merges = keep_merges;
  schema::Document document = schema::read({{"kong.yml", text, schema::Syntax::yaml}}, problems, limits);
  CHECK(schema::report(problems, document, schema::Format::text) == "");
  return document;
}

// Formats; the result must mean the same, and formatting it again must change nothing.
std::string formatted(const std::string& text, const schema::FormatOptions& options = {}, bool keep_merges = true) {
  const schema::Document document = read(text, keep_merges);
  const std::string out = schema::format_document(document, options);
  if (!options.sort_entities) CHECK(schema::equal(read(text, false).root, read(out, false).root));
  if (options.syntax == schema::Syntax::yaml) CHECK(schema::format_document(read(out, keep_merges), options) == out);
  return out;
}

}  // namespace

TEST_CASE("keys come in the order of the schema, unknown ones behind them") {
  CHECK(formatted("services:\n  - routes: [{paths: [/a], name: r}]\n    odd: 1\n    host: h\n    tags: [t]\n    name: s\n    url: http://x\n_transform: true\n_format_version: '3.0'\n") ==
        R"(_format_version: "3.0"
_transform: true
services:
- name: s
  url: http://x
  host: h
  tags:
  - t
  odd: 1
  routes:
  - name: r
    paths:
    - /a
)");
}

TEST_CASE("nothing is added, and templates and references stay as they are") {
  const std::string text = R"(_format_version: "3.0"
consumers:
- username: a
  keyauth_credentials:
  - key: '{vault://env/key}'
  - key: ${{ env "DECK_KEY" }}
  - key: '${{ env "DECK_KEY" }}'
)";
  CHECK(formatted(text).find("key: \"{vault://env/key}\"\n  - key: ${{ env \"DECK_KEY\" }}\n  - key: '${{ env \"DECK_KEY\" }}'\n") != std::string::npos);
}

TEST_CASE("comments and blank lines move with what they belong to") {
  const std::string text = R"(# The shop's gateway.

services:  # all of them
# the shop
- name: shop
  # where it runs
  url: http://shop  # inside

  # plugins: later
- url: "http://a#b"
  name: 'b # c'
# no more
_format_version: "3.0"
# end
)";
  CHECK(formatted(text) == R"(# The shop's gateway.

# no more
_format_version: "3.0"
services:  # all of them
# the shop
- name: shop
  # where it runs
  url: http://shop  # inside

  # plugins: later
- name: "b # c"
  url: http://a#b
# end
)");
}

TEST_CASE("a comment behind an item stays behind all of it") {
  // Its column is that of `plugins` in the text, and that of an item's dash in the result.
  CHECK(formatted(R"(services:
  - name: shop
    url: http://shop
    plugins:
      - name: acl
        config:
          allow:
            - admin

    # and more
  - name: next
    url: http://next
)") == R"(services:
- name: shop
  url: http://shop
  plugins:
  - name: acl
    config:
      allow:
      - admin

  # and more
- name: next
  url: http://next
)");
}

TEST_CASE("what looks like a comment inside of a text is none") {
  const std::string text = "_format_version: \"3.0\"\nplugins:\n- name: pre-function\n  config:\n    access:\n    - |\n      # not a comment\n      x = 1  -- # nor this\n\n      y = 2\n  # but this\n  enabled: true\n";
  const std::string out = formatted(text);
  CHECK(out == text);
  CHECK(formatted("_format_version: \"3.0\"\n_comment: \"a\n  # b\"\n").find("a # b") != std::string::npos);
}

TEST_CASE("texts of several lines are laid out as such") {
  CHECK(formatted("_comment: \"a\\nb\\n\"\n") == "_comment: |\n  a\n  b\n");
  CHECK(formatted("_comment: \"a\\n\\nb\"\n") == "_comment: |-\n  a\n\n  b\n");
  for (const char* hard : {" a\\nb", "a\\n\\n", "\\na", "a \\nb", "a\\nb ", "a\\r\\nb", "\\n"})
    CHECK(formatted("_comment: \"" + std::string(hard) + "\"\n") == "_comment: \"" + std::string(hard) + "\"\n");
}

TEST_CASE("anchors, aliases and merge keys stay") {
  const std::string text = R"(_format_version: "3.0"
services:
- &base
  name: a
  retries: 3
  host: &host h.test
- <<: *base
  name: b
  path: /
- name: c
  host: *host
)";
  CHECK(formatted(text) == text);
  // Written out when the document was read without them.
  CHECK(formatted(text, {}, false).find("<<") == std::string::npos);
  // The anchor goes where the value is written first; one that nobody uses goes away.
  CHECK(formatted("upstreams: [{name: &n u}]\nservices: [{host: *n, name: &x s}]\n") == "services:\n- name: s\n  host: &n u\nupstreams:\n- name: *n\n");
}

TEST_CASE("an anchor whose name is used twice gets a second name") {
  CHECK(formatted("services: [{name: &n a, host: *n}, {name: &n b, host: *n}]\n") == "services:\n- name: &n a\n  host: *n\n- name: &n_2 b\n  host: *n_2\n");
}

TEST_CASE("entities are sorted by name when that is asked for") {
  schema::FormatOptions options;
  options.sort_entities = true;
  CHECK(formatted("services:\n# second\n- name: b\n- name: a\n", options) == "services:\n- name: a\n# second\n- name: b\n");
}

TEST_CASE("a start marker stays, and JSON has two blanks a level") {
  CHECK(formatted("# c\n---\nservices: []\n") == "# c\n---\nservices: []\n");
  schema::FormatOptions options;
  options.syntax = schema::Syntax::json;
  CHECK(schema::format_document(read("services: [{name: a}]  # c\n"), options) == "{\n  \"services\": [\n    {\n      \"name\": \"a\"\n    }\n  ]\n}\n");
}
