#include "deckctl/lint/checks.h"
#include "deckctl/lint/rule.h"

namespace deckctl::lint {

namespace {

constexpr Rule table[] = {
    {"shadowed-route", Severity::warning, "a route, or one of its paths, that no request can reach because another route always wins",
     "A path that is a regular expression is tried before every plain one, however long; protocols are not part of the match. Narrow the other route or give this one more "
     "to match by.",
     shadowed_route},
    {"ambiguous-route", Severity::warning, "two routes of equal rank for the same requests",
     "The greater id wins, and the id of a route without a name is new at every load: the same file may route differently tomorrow.", ambiguous_route},
    {"path-looks-like-regex", Severity::warning, "a plain path with the signs of a pattern",
     "Without a tilde in front a path is compared letter by letter, so stars, brackets and braces match only themselves. Write ~/... for a regular expression.",
     path_looks_like_regex},
    {"regex-unescaped-dot", Severity::info, "an unescaped dot between letters or digits of a regular expression",
     "It matches any character: ~/v1.0 takes /v1x0 too. Write \\. for a dot.", regex_unescaped_dot},
    {"regex-backtracking", Severity::warning, "a regular expression that is not matched in linear time",
     "Look-around and back-references are tried step by step, up to a limit; the default router of Kong refuses them.", regex_backtracking},
    {"host-in-capitals", Severity::warning, "a host with capital letters", "Hosts are compared with their case and clients send small letters, so the route is hardly ever found.",
     host_in_capitals},
    {"route-without-service", Severity::warning, "a route that leads nowhere and has no plugin that answers", "Its requests are answered with 503.", route_without_service},
    {"service-without-route", Severity::warning, "an enabled service that no route leads to", "It gets no traffic; its plugins never run.", service_without_route},
    {"unused-upstream", Severity::warning, "an upstream that is no service's host", "Its targets get no traffic. The host of a service must be the upstream's name, letter by letter.",
     unused_upstream},
    {"upstream-without-targets", Severity::error, "an upstream in use without a target of weight above 0", "Requests are answered with 503 because there is no peer.",
     upstream_without_targets},
    {"unused-certificate", Severity::info, "a certificate without server names that no service uses, or a CA that no service trusts by", "Nothing presents it or checks with it.",
     unused_certificate},
    {"timeout-out-of-range", Severity::warning, "a timeout below 100 ms or above 10 minutes",
     "The unit is milliseconds: 60 is not a minute. Very long ones keep connections of hung upstreams.", timeout_out_of_range},
    {"port-contradicts-protocol", Severity::warning, "plain http to port 443, or https to port 80",
     "With host and port alone the protocol stays http; the upstream then refuses every request.", port_contradicts_protocol},
    {"tls-verify-off", Severity::warning, "the check of a peer's certificate switched off", "Whoever sits in between can read and change everything. Name the CA instead.", tls_verify_off},
    {"plugin-never-runs", Severity::warning, "an enabled plugin that runs for no request",
     "More specific plugins of the same name replace it on every route, or the consumer it is meant for is never known when its turn comes.", plugin_never_runs},
    {"cors-any-origin-with-credentials", Severity::warning, "cors with credentials for every origin", "Any web page may then act with the cookies of its visitor. List the origins.",
     cors_any_origin_with_credentials},
    {"cors-without-options", Severity::warning, "a route with cors whose methods leave OPTIONS out", "Preflight requests find no route and get 404, so browsers send nothing.",
     cors_without_options},
    {"ip-restriction-allows-all", Severity::warning, "an allow list that holds every address", "It restricts nothing.", ip_restriction_allows_all},
    {"rate-limit-without-consumer", Severity::info, "a limit by consumer or credential where nobody is authenticated", "It counts by address instead.", rate_limit_without_consumer},
    {"auth-without-credentials", Severity::warning, "an authentication plugin without any credential of its kind",
     "Nobody can pass. Quiet when an anonymous consumer is named.", auth_without_credentials},
    {"credentials-without-auth", Severity::warning, "credentials or groups whose plugin is nowhere enabled", "The keys look like protection, but nothing asks for them.",
     credentials_without_auth},
    {"consumer-without-credentials", Severity::info, "a consumer that no credential leads to", "Nobody can be this consumer, so its plugins and groups have no effect.",
     consumer_without_credentials},
    {"acl-without-auth", Severity::error, "acl on a route where nothing authenticates", "The consumer is never known, so every request is refused.", acl_without_auth},
    {"acl-group-without-member", Severity::warning, "an allowed group that no consumer is in", "A misspelt group locks everybody out.", acl_group_without_member},
    {"unknown-anonymous", Severity::error, "an anonymous consumer that is not there", "A node refuses the configuration, or answers 500.", unknown_anonymous},
    {"admin-api-exposed", Severity::warning, "a route to the node's own Admin API without authentication or address restriction", "Whoever reaches the route can replace the configuration.",
     admin_api_exposed},
    {"secret-in-clear-text", Severity::warning, "a key, password or token written out",
     "Everybody who can read the repository has it. Write {vault://env/NAME} where the field takes a reference, else ${{ env \"DECK_NAME\" }}.", secret_in_clear_text},
    {"credentials-sent-in-clear", Severity::warning, "clients' keys or passwords passed on over plain http to a host outside of the local network",
     "Set hide_credentials, or speak https to the upstream.", credentials_sent_in_clear},
};

}  // namespace

std::span<const Rule> rules() { return table; }

const Rule* find_rule(std::string_view name) {
  for (const Rule& rule : table)
    if (rule.name == name) return &rule;
  return nullptr;
}

std::string_view name_of(Severity severity) { return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "info"; }

}  // namespace deckctl::lint
