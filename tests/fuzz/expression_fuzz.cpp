// An expression is read or refused with a column inside it; what was read is evaluated, and whatever holds has one of
// its own keys.

#include <cstddef>
#include <cstdint>

#include "gateway/routing/expression.h"
#include "tests/fuzz/demand.h"

namespace {

void evaluate(const routing::Expression& expression, std::string_view host, std::string_view path) {
  http::Headers headers;
  headers.add("X-A", "1");
  headers.add("x-a", "Two");
  const routing::Query query{.method = "GET",
                             .host = host,
                             .path = path,
                             .scheme = "https",
                             .sni = host,
                             .headers = &headers,
                             .query_string = "a=1&a=%32&b",
                             .source = {"10.0.0.1", 1234},
                             .destination = {"::1", 443}};
  routing::PathMatch match;
  const bool holds = expression.holds(query, &match);
  demand(expression.holds(query) == holds);
  demand(expression.culprit(query).empty() == holds);
  demand(path.starts_with(match.prefix));
  if (!holds) return;
  const routing::Keys keys = expression.keys();
  bool host_found = keys.hosts.empty(), path_found = keys.paths.empty();
  for (const routing::HostPattern& key : keys.hosts) host_found = host_found || key.fits(host, 443) || host == key.text;
  for (const routing::PathKey& key : keys.paths)
    path_found = path_found || (path.starts_with(key.prefix) &&
                                (key.regex == nullptr || key.regex->match(path, schema::Regex::From::start)));
  demand(host_found && path_found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (routing::Traffic traffic : {routing::Traffic::web, routing::Traffic::stream}) {
    routing::ExpressionError error;
    const auto expression = routing::Expression::parse(text, traffic, error);
    demand((expression == nullptr) == (error.column != 0) && error.column <= size + 1);
    if (expression == nullptr) continue;
    evaluate(*expression, "a.test", "/a/b");
    evaluate(*expression, "x.y.test", "/api/v1/items/");
    evaluate(*expression, "", "/");
  }
  return 0;
}
