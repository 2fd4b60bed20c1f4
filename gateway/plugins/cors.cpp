#include "gateway/plugins/cors.h"

#include <re2/re2.h>

#include <algorithm>

#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

// Origins are plain text unless they hold a character that no origin has.
bool is_plain(std::string_view origin) {
  return std::ranges::all_of(origin, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '/' || c == '-' || c == '_';
  });
}

struct OriginRule {
  std::string_view text;
  std::unique_ptr<re2::RE2> pattern;  // nullptr: plain

  bool matches(std::string_view origin) const {
    if (pattern) return re2::RE2::FullMatch(re2::StringPiece(origin.data(), origin.size()), *pattern);
    if (http::equal_names(origin, text)) return true;
    // A rule without a scheme stands for the host under any scheme.
    size_t scheme = origin.find("://");
    return text.find("://") == std::string_view::npos && scheme != std::string_view::npos && http::equal_names(origin.substr(scheme + 3), text);
  }
};

class Cors final : public Plugin {
 public:
  Cors(const schema::Plugin& plugin, Building& building) {
    const schema::Reader& config = plugin.config;
    for (std::string_view origin : config.texts("origins")) add_origin(plugin, building, origin);
    any_origin_ = origins_.empty() || std::ranges::any_of(origins_, [](const OriginRule& rule) { return rule.text == "*"; });
    allowed_headers_ = join(config.texts("headers"), ",");
    exposed_headers_ = join(config.texts("exposed_headers"), ",");
    methods_ = join(config.texts("methods"), ",");
    if (auto seconds = config.number("max_age")) max_age_s_ = std::to_string(static_cast<int64_t>(*seconds));
    credentials_ = config.boolean("credentials");
    private_network_ = config.boolean("private_network");
    preflight_continue_ = config.boolean("preflight_continue");
    allow_origin_absent_ = config.boolean("allow_origin_absent", true);
  }

  Step on_request(Exchange& exchange) const override {
    if (preflight_continue_ || !exchange.is_preflight()) return Verdict::go_on;
    exchange.answer_raw(200, {}, {});
    http::Headers& headers = exchange.response.headers;
    if (!allow_origin(exchange, headers)) return Verdict::answered;
    std::string_view asked = exchange.request.headers.get(http::Name::access_control_request_headers);
    if (!allowed_headers_.empty()) headers.set(http::Name::access_control_allow_headers, allowed_headers_);
    else if (!asked.empty()) headers.set(http::Name::access_control_allow_headers, asked);
    if (!methods_.empty()) headers.set(http::Name::access_control_allow_methods, methods_);
    if (!max_age_s_.empty()) headers.set(http::Name::access_control_max_age, max_age_s_);
    if (private_network_ && exchange.request.headers.get("Access-Control-Request-Private-Network") == "true") {
      headers.set("Access-Control-Allow-Private-Network", "true");
    }
    return Verdict::answered;
  }

  void on_response(Exchange& exchange) const override {
    // Of a preflight either we have said everything already or the upstream shall.
    if (exchange.route != nullptr && exchange.is_preflight()) return;
    http::Headers& headers = exchange.response.headers;
    if (!allow_origin(exchange, headers)) return;
    if (!exposed_headers_.empty()) headers.set(http::Name::access_control_expose_headers, exposed_headers_);
  }

 private:
  void add_origin(const schema::Plugin& plugin, Building& building, std::string_view origin) {
    OriginRule rule{origin, nullptr};
    if (origin != "*" && !is_plain(origin)) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      rule.pattern = std::make_unique<re2::RE2>(re2::StringPiece(origin.data(), origin.size()), options);
      if (!rule.pattern->ok()) return refuse(plugin, building, "origins", "not a regular expression: " + rule.pattern->error());
    }
    origins_.push_back(std::move(rule));
  }

  // False when the answer shall carry nothing about CORS.
  bool allow_origin(Exchange& exchange, http::Headers& headers) const {
    std::string_view origin = exchange.request.headers.get(http::Name::origin);
    if (origin.empty() && !allow_origin_absent_) return false;
    std::string_view allowed = "*";
    if (any_origin_) {
      // A wildcard together with credentials is refused by browsers: the origin itself is named then.
      if (credentials_ && !origin.empty()) allowed = origin;
      if (credentials_) vary_by_origin(headers);
    } else {
      vary_by_origin(headers);
      allowed = choose(origin);
    }
    if (allowed.empty()) headers.remove(http::Name::access_control_allow_origin);
    else headers.set(http::Name::access_control_allow_origin, allowed);
    if (credentials_ && allowed != "*") headers.set(http::Name::access_control_allow_credentials, "true");
    return true;
  }

  // A single plain origin is told to everyone: it gives nothing away, and caches need not tell askers apart.
  std::string_view choose(std::string_view origin) const {
    if (origins_.size() == 1 && !origins_[0].pattern) return origins_[0].text;
    if (origin.empty()) return {};
    return std::ranges::any_of(origins_, [origin](const OriginRule& rule) { return rule.matches(origin); }) ? origin : std::string_view();
  }

  static void vary_by_origin(http::Headers& headers) {
    bool there = false;
    for (const http::Header& header : headers.all()) {
      if (header.id != http::Name::vary) continue;
      http::each_element(header.value, [&there](std::string_view field) {
        there |= field == "*" || http::equal_names(field, "Origin");
        return !there;
      });
    }
    if (!there) headers.add(http::Name::vary, "Origin");
  }

  std::vector<OriginRule> origins_;
  std::string allowed_headers_, exposed_headers_, methods_, max_age_s_;
  bool any_origin_ = false, credentials_ = false, private_network_ = false, preflight_continue_ = false, allow_origin_absent_ = true;
};

}  // namespace

std::unique_ptr<Plugin> make_cors(const schema::Plugin& plugin, Building& building) { return std::make_unique<Cors>(plugin, building); }

}  // namespace plugins
