#include "gateway/admin/resources.h"

namespace admin {

Routes admin_routes(Node& node) {
  Routes routes;
  add_entities(routes, node);
  add_status(routes, node);
  add_config(routes, node);
  add_generations(routes, node);
  add_tags(routes, node);
  add_schemas(routes, node);
  add_health(routes, node, true);
  add_root(routes, node);  // last: /endpoints lists what was added before
  return routes;
}

Routes status_routes(Node& node) {
  Routes routes;
  add_status(routes, node);
  add_readiness(routes, node);
  add_health(routes, node, false);
  return routes;
}

}  // namespace admin
