#pragma once
// The checks behind the table, by what they look at.

namespace deckctl::lint {

class Scene;
class Findings;

// route_checks.cpp, shadow_checks.cpp
void shadowed_route(const Scene& scene, Findings& findings);
void ambiguous_route(const Scene& scene, Findings& findings);
void path_looks_like_regex(const Scene& scene, Findings& findings);
void regex_unescaped_dot(const Scene& scene, Findings& findings);
void regex_backtracking(const Scene& scene, Findings& findings);
void host_in_capitals(const Scene& scene, Findings& findings);
void route_without_service(const Scene& scene, Findings& findings);

// service_checks.cpp
void service_without_route(const Scene& scene, Findings& findings);
void unused_upstream(const Scene& scene, Findings& findings);
void upstream_without_targets(const Scene& scene, Findings& findings);
void unused_certificate(const Scene& scene, Findings& findings);
void timeout_out_of_range(const Scene& scene, Findings& findings);
void port_contradicts_protocol(const Scene& scene, Findings& findings);
void tls_verify_off(const Scene& scene, Findings& findings);

// plugin_checks.cpp
void plugin_never_runs(const Scene& scene, Findings& findings);
void cors_any_origin_with_credentials(const Scene& scene, Findings& findings);
void cors_without_options(const Scene& scene, Findings& findings);
void ip_restriction_allows_all(const Scene& scene, Findings& findings);
void rate_limit_without_consumer(const Scene& scene, Findings& findings);

// access_checks.cpp
void auth_without_credentials(const Scene& scene, Findings& findings);
void credentials_without_auth(const Scene& scene, Findings& findings);
void consumer_without_credentials(const Scene& scene, Findings& findings);
void acl_without_auth(const Scene& scene, Findings& findings);
void acl_group_without_member(const Scene& scene, Findings& findings);
void unknown_anonymous(const Scene& scene, Findings& findings);
void admin_api_exposed(const Scene& scene, Findings& findings);

// secret_checks.cpp
void secret_in_clear_text(const Scene& scene, Findings& findings);
void credentials_sent_in_clear(const Scene& scene, Findings& findings);

}  // namespace deckctl::lint
