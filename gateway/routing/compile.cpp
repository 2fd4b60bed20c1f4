#include "gateway/routing/compile.h"

#include <charconv>
#include <map>

#include "gateway/routing/classic.h"
#include "gateway/routing/expression_matcher.h"
#include "gateway/routing/rank.h"
#include "schema/uuid.h"

namespace routing {

namespace {

constexpr std::string_view parts_namespace = "7f145bf9-0dce-4f91-98eb-debbce4b9f6b";

// The port is what follows the last colon, which must not be one of an IPv6 address.
HostPattern host_pattern(std::string_view text) {
  HostPattern pattern;
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (text.find(':') == colon || (colon > 0 && text[colon - 1] == ']'))) {
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), pattern.port);
    text = text.substr(0, colon);
  }
  pattern.text = text;
  if (text.size() > 1 && text.front() == '*') {
    pattern.kind = HostPattern::Kind::suffix;
    pattern.text.remove_prefix(1);
  } else if (text.size() > 1 && text.back() == '*') {
    pattern.kind = HostPattern::Kind::prefix;
    pattern.text.remove_suffix(1);
  }
  return pattern;
}

HeaderPattern header_pattern(const schema::HeaderMatch& header, std::vector<Fault>& faults) {
  HeaderPattern pattern{folded_copy(header.name), {}, {}};
  for (char& c : pattern.name)
    if (c == '_') c = '-';
  for (std::string_view value : header.values) {
    if (header.values.size() == 1 && value.starts_with("~*")) {
      std::string what;
      pattern.regex = schema::Regex::compile(value.substr(2), what);
      if (pattern.regex == nullptr) faults.push_back({"headers", value, "invalid regex: '" + std::string(value.substr(2)) + "' (" + what + ")", {}});
    } else {
      pattern.values.push_back(folded_copy(value));
    }
  }
  return pattern;
}

std::vector<EndPattern> end_patterns(const std::vector<schema::SourceMatch>& ends) {
  std::vector<EndPattern> patterns;
  for (const schema::SourceMatch& end : ends) patterns.push_back({end.ip.empty() ? std::nullopt : net::IpNetwork::parse(end.ip), end.port.value_or(-1)});
  return patterns;
}

std::shared_ptr<const ClassicFields> classic_fields(const schema::Route& route, std::vector<Fault>& faults) {
  // Most routes have nothing but paths: they share one.
  static const auto none = std::make_shared<const ClassicFields>();
  if (route.hosts.empty() && route.snis.empty() && route.headers.empty() && route.sources.empty() && route.destinations.empty()) return none;
  auto fields = std::make_shared<ClassicFields>();
  for (std::string_view host : route.hosts) fields->hosts.push_back(host_pattern(host));
  for (std::string_view sni : route.snis) {
    if (sni.size() > 1 && sni.back() == '.') sni.remove_suffix(1);
    fields->snis.push_back(host_pattern(sni));
  }
  for (const schema::HeaderMatch& header : route.headers) fields->headers.push_back(header_pattern(header, faults));
  fields->sources = end_patterns(route.sources);
  fields->destinations = end_patterns(route.destinations);
  return fields;
}

// Expressions are held to the route's protocols, but where a redirect or an upgrade could follow: a route for one secure protocol alone.
uint16_t protocols_of(const schema::Route& route, Flavor flavor) {
  if (flavor != Flavor::expressions) return any_protocol;
  uint16_t set = route.protocols;
  if (set == schema::protocol_https || set == schema::protocol_tls || set == schema::protocol_tls_passthrough) return any_protocol;
  if ((set & schema::protocol_grpc) != 0) set |= schema::protocol_http;
  if ((set & schema::protocol_grpcs) != 0) set |= schema::protocol_https;
  if ((set & schema::protocol_tls_passthrough) != 0) set |= schema::protocol_tcp;
  return set;
}

// Paths that differ in kind or length rank differently, so each group is a matcher of its own.
void compile_classic(const schema::Route& route, uint16_t protocols, Traffic traffic, std::vector<Compiled>& matchers, std::vector<Fault>& faults) {
  std::map<size_t, std::vector<std::string_view>> groups;  // by length; regexes are the group 0
  for (std::string_view path : route.paths) groups[path.starts_with('~') ? 0 : path.size()].push_back(path);
  const auto fields = classic_fields(route, faults);
  const bool parted = groups.size() > 1;
  if (groups.empty()) groups[1];
  for (auto& [length, paths] : groups) {
    const bool regex = length == 0;
    const uint64_t rank = traffic == Traffic::stream ? rank_of_stream(route) : rank_of_classic(route, regex, paths.empty() ? 0 : length);
    auto matcher = std::make_unique<ClassicMatcher>(route, rank, protocols, fields);
    for (std::string_view path : paths) {
      std::string what;
      if (!regex) {
        matcher->prefixes.push_back(path);
      } else if (auto compiled = schema::Regex::compile(path.substr(1), what); compiled != nullptr) {
        matcher->regexes.push_back(std::move(compiled));
      } else {
        faults.push_back({"paths", path, "invalid regex: '" + std::string(path.substr(1)) + "' (" + what + ")", {}});
      }
    }
    std::string tie = parted ? schema::uuid5(parts_namespace, std::string(route.id) + "#" + std::to_string(length)) : std::string(route.id);
    matchers.push_back({std::move(matcher), std::move(tie)});
  }
}

}  // namespace

bool concerns(const schema::Route& route, Traffic traffic) {
  constexpr uint16_t web = schema::protocol_http | schema::protocol_https | schema::protocol_grpc | schema::protocol_grpcs;
  constexpr uint16_t stream = schema::protocol_tcp | schema::protocol_tls | schema::protocol_udp | schema::protocol_tls_passthrough;
  return (route.protocols & (traffic == Traffic::web ? web : stream)) != 0 && (route.service == nullptr || route.service->enabled);
}

void compile_route(const schema::Route& route, Flavor flavor, Traffic traffic, std::vector<Compiled>& matchers, std::vector<Fault>& faults) {
  const uint16_t protocols = protocols_of(route, flavor);
  if (flavor != Flavor::expressions || route.expression.empty()) return compile_classic(route, protocols, traffic, matchers, faults);
  ExpressionError error;
  auto expression = Expression::parse(route.expression, traffic, error);
  if (expression == nullptr) {
    faults.push_back({"expression", route.expression, "column " + std::to_string(error.column) + ": " + error.what, error.hint});
    return;
  }
  matchers.push_back({std::make_unique<ExpressionMatcher>(route, rank_of_expression(route.priority), protocols, std::move(expression)), std::string(route.id)});
}

}  // namespace routing
