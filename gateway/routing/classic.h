#pragma once
// A matcher of a classic route: its fields, with one group of its paths.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/net/ip_network.h"
#include "gateway/routing/matcher.h"

namespace routing {

struct HeaderPattern {
  std::string name;                 // lower case, '-' for '_'
  std::vector<std::string> values;  // lower case
  std::shared_ptr<const schema::Regex> regex;  // shared by the parts of a route
};

// An address or block, a port, or both.
struct EndPattern {
  std::optional<net::IpNetwork> network;
  int port = -1;  // -1: any
};

// The fields that all parts of a route share. Views are the route's.
struct ClassicFields {
  std::vector<HostPattern> hosts, snis;
  std::vector<HeaderPattern> headers;
  std::vector<EndPattern> sources, destinations;
};

class ClassicMatcher final : public Matcher {
 public:
  ClassicMatcher(const schema::Route& route, uint64_t rank, uint16_t protocols, std::shared_ptr<const ClassicFields> fields)
      : Matcher(route, rank, protocols), fields_(std::move(fields)) {}

  std::vector<std::string_view> prefixes;  // of one length
  std::vector<std::unique_ptr<const schema::Regex>> regexes;

  PathMatch path_match(const Query& query) const override;
  Keys keys() const override;

 private:
  bool fits_rest(const Query& query) const override;
  void add_misfits_of_rest(const Query& query, std::vector<Misfit>& misfits) const override;
  bool fits_method(const Query& query) const;
  bool fits_sni(const Query& query) const;
  bool fits_path(const Query& query) const;

  std::shared_ptr<const ClassicFields> fields_;  // shared by the parts of a route
};

}  // namespace routing
