#include "gateway/routing/rank.h"

#include <algorithm>

namespace routing {

namespace {

constexpr uint64_t bit(unsigned n) { return uint64_t{1} << n; }
constexpr uint64_t field(uint64_t rank, unsigned from, unsigned bits) { return rank >> from & (bit(bits) - 1); }
constexpr bool is_expression(uint64_t rank) { return field(rank, 56, 8) == 0xff; }

uint64_t ends_of(const std::vector<schema::SourceMatch>& ends) {
  uint64_t bits = 0;
  for (const schema::SourceMatch& end : ends) {
    if (!end.ip.empty()) bits |= end.ip.find('/') == std::string_view::npos ? 8 : 1;
    if (end.port) bits |= 4;
  }
  return bits;
}

}  // namespace

uint64_t rank_of_classic(const schema::Route& route, bool regex, size_t prefix_bytes) {
  uint64_t fields = 0;
  for (bool set : {!route.methods.empty(), !route.hosts.empty(), !route.headers.empty(), !route.paths.empty(), !route.snis.empty(),
                   !route.sources.empty(), !route.destinations.empty()})
    fields += set ? 1 : 0;
  bool wildcard = false;
  for (std::string_view host : route.hosts) wildcard = wildcard || host.find('*') != std::string_view::npos;
  uint64_t rank = std::min<uint64_t>(fields, 7) << 61;
  if (!route.hosts.empty() && !wildcard) rank |= bit(60);
  rank |= std::min<uint64_t>(route.headers.size(), 255) << 52;
  // As recorded: a negative priority counts as a huge unsigned one.
  if (regex) rank |= bit(51) | (static_cast<uint64_t>(route.regex_priority) & 0xffffffffu) << 19;
  return rank | std::min<uint64_t>(prefix_bytes, 0x7ffff);
}

uint64_t rank_of_stream(const schema::Route& route) {
  const bool specific = !route.snis.empty() || (!route.sources.empty() && !route.destinations.empty());
  return (specific ? bit(61) : 0) | ends_of(route.sources) << 4 | ends_of(route.destinations);
}

uint64_t rank_of_expression(uint64_t priority) { return uint64_t{0xff} << 56 | (priority & (bit(46) - 1)); }

std::string why_after(uint64_t higher, uint64_t lower) {
  if (higher == lower) return "equal rank, smaller id";
  if (is_expression(higher)) return is_expression(lower) ? "lower priority" : "an expression goes before it";
  if (field(higher, 61, 3) != field(lower, 61, 3)) return "fewer fields are set";
  if (field(higher, 60, 1) != field(lower, 60, 1)) return "its host has a wildcard";
  if (field(higher, 52, 8) != field(lower, 52, 8)) return "fewer headers";
  if (field(higher, 51, 1) != field(lower, 51, 1)) return "a regex path goes before a plain one";
  return field(higher, 51, 1) != 0 ? "lower regex_priority" : "shorter path";
}

}  // namespace routing
