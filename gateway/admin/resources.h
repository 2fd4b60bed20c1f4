#pragma once
// One function for each group of resources: it adds its paths to the routes. The node must outlive the routes.

#include "gateway/admin/node.h"
#include "gateway/admin/routes.h"

namespace admin {

void add_root(Routes& routes, Node& node);       // /, /endpoints, /timers, /cache, /debug
void add_status(Routes& routes, Node& node);     // /status, /status/dns, /metrics
void add_readiness(Routes& routes, Node& node);  // /status/ready of the Status API
void add_config(Routes& routes, Node& node);     // /config
void add_generations(Routes& routes, Node& node);  // /gateway/status, /gateway/generations, /gateway/rollback, /gateway/confirm
void add_entities(Routes& routes, Node& node);   // every entity: lists, single ones, nested ones; writes are refused
void add_tags(Routes& routes, Node& node);       // /tags
void add_schemas(Routes& routes, Node& node);    // /schemas, /plugins/enabled
void add_health(Routes& routes, Node& node, bool writable);  // /upstreams/U/health, targets of an upstream

Routes admin_routes(Node& node);
Routes status_routes(Node& node);

}  // namespace admin
