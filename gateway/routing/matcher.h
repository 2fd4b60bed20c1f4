#pragma once
// One way a route can match. The router tries matchers from the highest rank down; the first that fits wins.

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/routing/keys.h"
#include "gateway/routing/match.h"
#include "gateway/routing/query.h"
#include "schema/config.h"

namespace routing {

// What keeps a query from a matcher, for people.
struct Misfit {
  std::string what;      // "method: GET is not one of PUT"; a mask for what came from somebody's environment
  bool is_alone = true;  // false: a query that lacks only this is no near miss: it has another path, or an expression
                         // that says more
};

class Matcher {
 public:
  Matcher(const schema::Route& route, uint64_t rank, uint16_t protocols) : route_(&route), rank_(rank), protocols_(protocols) {}
  virtual ~Matcher() = default;

  const schema::Route& route() const { return *route_; }
  uint64_t rank() const { return rank_; }

  bool fits(const Query& query) const { return fits_protocol(query.scheme) && fits_rest(query); }
  // Everything that does not fit, cheap things first; none when it fits.
  std::vector<Misfit> misfits(const Query& query) const;
  // How the path of a query that fits was matched.
  virtual PathMatch path_match(const Query& query) const = 0;
  virtual Keys keys() const = 0;

 protected:
  virtual bool fits_rest(const Query& query) const = 0;
  virtual void add_misfits_of_rest(const Query& query, std::vector<Misfit>& misfits) const = 0;

 private:
  bool fits_protocol(std::string_view scheme) const;

  const schema::Route* route_;
  uint64_t rank_;
  uint16_t protocols_;  // set of schema::Protocol
};

constexpr uint16_t any_protocol = 0xffff;

}  // namespace routing
