#include "gateway/routing/matcher.h"

#include "schema/protocols.h"

namespace routing {

bool Matcher::fits_protocol(std::string_view scheme) const {
  return protocols_ == any_protocol || (schema::protocol_of(scheme) & protocols_) != 0;
}

std::vector<Misfit> Matcher::misfits(const Query& query) const {
  std::vector<Misfit> all;
  if (!fits_protocol(query.scheme))
    all.push_back({"protocol: " + std::string(query.scheme) + " is not one of the route's protocols"});
  add_misfits_of_rest(query, all);
  return all;
}

}  // namespace routing
