#include "gateway/routing/matcher.h"

#include "schema/protocols.h"

namespace routing {

bool Matcher::fits_protocol(std::string_view scheme) const {
  return protocols_ == any_protocol || (schema::protocol_of(scheme) & protocols_) != 0;
}

std::string Matcher::refusal(const Query& query) const {
  if (!fits_protocol(query.scheme)) return "protocol: " + std::string(query.scheme) + " is not one of the route's protocols";
  return refusal_of_rest(query);
}

}  // namespace routing
