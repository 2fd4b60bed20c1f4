// How an expression is evaluated, and what it needs of host and path.

#include "gateway/routing/expression.h"

#include <array>
#include <optional>

namespace routing {

namespace {

using Kind = Field::Kind;

bool compare_text(const Predicate& predicate, std::string_view value) {
  const std::string_view literal = std::get<std::string>(predicate.literal);
  auto same = [&](std::string_view part) { return predicate.lower ? equals_folded(part, literal) : part == literal; };
  switch (predicate.op) {
    case Operator::equal: return same(value);
    case Operator::not_equal: return !same(value);
    case Operator::starts_with: return value.size() >= literal.size() && same(value.substr(0, literal.size()));
    case Operator::ends_with: return value.size() >= literal.size() && same(value.substr(value.size() - literal.size()));
    default:
      if (!predicate.lower) return value.find(literal) != std::string_view::npos;
      for (size_t i = 0; i + literal.size() <= value.size(); ++i)
        if (same(value.substr(i, literal.size()))) return true;
      return false;
  }
}

// A regex takes off what it matched when that is where the path starts; from the middle nothing can be taken off.
bool compare_regex(const Predicate& predicate, std::string_view value, PathMatch* path) {
  const auto& regex = *std::get<std::unique_ptr<const schema::Regex>>(predicate.literal);
  std::array<std::string_view, 1> whole;
  const std::span<std::string_view> groups = path != nullptr ? std::span<std::string_view>(whole) : std::span<std::string_view>();
  const std::optional<Folded> folded = predicate.lower ? std::optional<Folded>(value) : std::nullopt;
  const std::string_view text = folded ? folded->text() : value;
  if (!regex.match(text, schema::Regex::From::anywhere, groups)) return false;
  if (path == nullptr) return true;
  path->prefix = whole[0].data() == text.data() ? value.substr(0, whole[0].size()) : std::string_view();
  path->regex = &regex;
  path->folded = predicate.lower;
  path->anchored = false;
  return true;
}

bool holds_text(const Predicate& predicate, const Query& query, PathMatch* path) {
  PathMatch* wanted = predicate.field.kind == Kind::path ? path : nullptr;
  auto compare = [&](std::string_view value) {
    if (predicate.op == Operator::matches) return compare_regex(predicate, value, wanted);
    const bool good = compare_text(predicate, value);
    if (good && wanted != nullptr && (predicate.op == Operator::equal || predicate.op == Operator::starts_with))
      wanted->prefix = value.substr(0, std::get<std::string>(predicate.literal).size());
    return good;
  };
  bool verdict = !predicate.any;
  const bool present = each_text(predicate.field, query, [&](std::string_view value) {
    const bool good = compare(value);
    if (good == predicate.any) verdict = good;
    return good != predicate.any;
  });
  return present && verdict;
}

bool holds_integer(const Predicate& predicate, const Query& query) {
  const int64_t literal = std::get<int64_t>(predicate.literal);
  int64_t value = 0;
  switch (predicate.field.kind) {
    case Kind::segment_count: value = segment_count(query.path); break;
    case Kind::source_port: value = query.source.port; break;
    default: value = query.destination.port; break;
  }
  switch (predicate.op) {
    case Operator::equal: return value == literal;
    case Operator::not_equal: return value != literal;
    case Operator::greater: return value > literal;
    case Operator::greater_equal: return value >= literal;
    case Operator::less: return value < literal;
    default: return value <= literal;
  }
}

bool holds_address(const Predicate& predicate, const Query& query) {
  const auto address = net::IpAddress::parse(predicate.field.kind == Kind::source_ip ? query.source.ip : query.destination.ip);
  if (!address) return false;
  switch (predicate.op) {
    case Operator::equal: return *address == std::get<net::IpAddress>(predicate.literal);
    case Operator::not_equal: return *address != std::get<net::IpAddress>(predicate.literal);
    case Operator::in: return std::get<net::IpNetwork>(predicate.literal).contains(*address);
    default: return !std::get<net::IpNetwork>(predicate.literal).contains(*address);
  }
}

bool holds(const Predicate& predicate, const Query& query, PathMatch* path) {
  switch (predicate.field.type) {
    case Field::Type::text: return holds_text(predicate, query, path);
    case Field::Type::integer: return holds_integer(predicate, query);
    default: return holds_address(predicate, query);
  }
}

// `culprit` is the innermost term that turned the verdict.
bool holds(const std::vector<Term>& terms, const Query& query, PathMatch* path, const Term** culprit) {
  bool verdict = true;
  for (const Term& term : terms) {
    // The first one always counts; of the others those that can still change the verdict.
    if (&term != terms.data() && term.with_and != verdict) continue;
    const Term* inner = nullptr;
    const auto* predicate = std::get_if<Predicate>(&term.content);
    verdict = predicate != nullptr ? routing::holds(*predicate, query, path) : holds(std::get<std::vector<Term>>(term.content), query, path, &inner);
    if (term.negated) verdict = !verdict;
    if (!verdict && culprit != nullptr) *culprit = inner != nullptr && !term.negated ? inner : &term;
  }
  return verdict;
}

// What is necessary for some terms to hold; nullopt: nothing can be said.
struct Necessary {
  std::optional<std::vector<HostPattern>> hosts;
  std::optional<std::vector<PathKey>> paths;
};

// Wildcards are looked up at dots, so only such texts are keys.
std::optional<HostPattern> host_key(const Predicate& predicate) {
  if (predicate.lower || predicate.op == Operator::matches) return std::nullopt;
  const std::string_view text = std::get<std::string>(predicate.literal);
  if (predicate.op == Operator::equal) return HostPattern{HostPattern::Kind::exact, text};
  if (predicate.op == Operator::ends_with && text.starts_with('.')) return HostPattern{HostPattern::Kind::suffix, text};
  if (predicate.op == Operator::starts_with && text.ends_with('.')) return HostPattern{HostPattern::Kind::prefix, text};
  return std::nullopt;
}

std::optional<PathKey> path_key(const Predicate& predicate) {
  if (predicate.lower) return std::nullopt;
  if (predicate.op == Operator::equal || predicate.op == Operator::starts_with) return PathKey{std::get<std::string>(predicate.literal)};
  if (predicate.op != Operator::matches) return std::nullopt;
  const auto& regex = std::get<std::unique_ptr<const schema::Regex>>(predicate.literal);
  const std::string* pattern = regex->linear_pattern();
  if (pattern == nullptr || !pattern->starts_with('^')) return std::nullopt;
  std::string prefix = literal_prefix(*regex);
  if (prefix.empty()) return std::nullopt;  // perhaps because of alternatives that are not anchored
  return PathKey{std::move(prefix), regex.get()};
}

Necessary necessary_for(const std::vector<Term>& terms);

Necessary necessary_for(const Term& term) {
  Necessary out;
  if (term.negated) return out;
  if (const auto* group = std::get_if<std::vector<Term>>(&term.content)) return necessary_for(*group);
  const auto& predicate = std::get<Predicate>(term.content);
  if (predicate.field.kind == Kind::host)
    if (auto key = host_key(predicate)) out.hosts = std::vector<HostPattern>{*key};
  if (predicate.field.kind == Kind::path)
    if (auto key = path_key(predicate)) out.paths = std::vector<PathKey>{std::move(*key)};
  return out;
}

// Both must hold: either side's need will do. One must hold: the needs of both together, if both are known.
template <typename List>
void join(std::optional<List>& left, std::optional<List>&& right, bool with_and) {
  if (with_and) {
    if (!left || (right && right->size() < left->size())) left = right ? std::move(right) : std::move(left);
    return;
  }
  if (left && right)
    left->insert(left->end(), std::make_move_iterator(right->begin()), std::make_move_iterator(right->end()));
  else
    left.reset();
}

Necessary necessary_for(const std::vector<Term>& terms) {
  Necessary out = necessary_for(terms.front());
  for (size_t i = 1; i < terms.size(); ++i) {
    Necessary next = necessary_for(terms[i]);
    join(out.hosts, std::move(next.hosts), terms[i].with_and);
    join(out.paths, std::move(next.paths), terms[i].with_and);
  }
  return out;
}

}  // namespace

bool Expression::holds(const Query& query, PathMatch* path) const { return routing::holds(terms_, query, path, nullptr); }

std::string_view Expression::culprit(const Query& query) const {
  const Term* culprit = nullptr;
  if (routing::holds(terms_, query, nullptr, &culprit) || culprit == nullptr) return {};
  return std::string_view(text_).substr(culprit->begin, culprit->end - culprit->begin);
}

Keys Expression::keys() const {
  Necessary needs = necessary_for(terms_);
  Keys keys;
  if (needs.hosts) keys.hosts = std::move(*needs.hosts);
  if (needs.paths) keys.paths = std::move(*needs.paths);
  return keys;
}

}  // namespace routing
