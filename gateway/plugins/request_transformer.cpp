#include "gateway/plugins/request_transformer.h"

#include <algorithm>

#include "gateway/plugins/body_fields.h"
#include "gateway/plugins/query_editor.h"
#include "gateway/http/query.h"
#include "gateway/plugins/settings.h"
#include "gateway/plugins/text_template.h"

namespace plugins {
namespace {

constexpr size_t transformed_body_bytes_max = 8u << 20;

// "name:value" of the settings. Lookups of all values are done before anything is changed, so that they see the request as it came.
struct Pair {
  static constexpr size_t constant = SIZE_MAX;
  std::string_view name, text;
  size_t slot = constant;  // in the values looked up
};
using Values = std::vector<std::string_view>;

std::string_view value_of(const Pair& pair, const Values& looked_up) { return pair.slot == Pair::constant ? pair.text : looked_up[pair.slot]; }

// What is done to one kind of thing (headers, query parameters, body fields), in this order.
struct Changes {
  std::vector<std::string_view> remove;
  std::vector<Pair> rename, replace, add, append;

  bool empty() const { return remove.empty() && rename.empty() && replace.empty() && add.empty() && append.empty(); }

  // `target` is anything with these five verbs.
  template <typename Target>
  void apply(Target& target, const Values& values) const {
    for (std::string_view name : remove) target.remove(name);
    for (const Pair& pair : rename) target.rename(pair.name, value_of(pair, values));
    for (const Pair& pair : replace) target.replace(pair.name, value_of(pair, values));
    for (const Pair& pair : add) target.add(pair.name, value_of(pair, values));
    for (const Pair& pair : append) target.append(pair.name, value_of(pair, values));
  }
};

// Framing belongs to the gateway: a message of two minds about its length is how requests are smuggled (RFC 9112 section 11.2).
bool is_framing(std::string_view name) {
  return http::equal_names(name, "Content-Length") || http::equal_names(name, "Transfer-Encoding") || http::equal_names(name, "Connection");
}
bool is_host(std::string_view name) { return http::equal_names(name, "Host"); }

// The five verbs for headers. Host can only be replaced.
class HeaderEditor {
 public:
  explicit HeaderEditor(Exchange& exchange) : exchange_(exchange), headers_(exchange.request.headers) {}

  void remove(std::string_view name) {
    if (!is_host(name) && !is_framing(name)) headers_.remove(name);
  }
  void rename(std::string_view name, std::string_view new_name) {
    if (is_host(name) || is_framing(name) || is_framing(new_name) || !headers_.has(name)) return;
    if (!http::equal_names(name, new_name)) headers_.remove(new_name);
    headers_.rename(name, new_name);
  }
  void replace(std::string_view name, std::string_view value) {
    if (is_host(name)) exchange_.upstream_host = safe(value);
    else if (headers_.has(name) && !is_framing(name)) headers_.set(name, safe(value));
  }
  void add(std::string_view name, std::string_view value) {
    if (!headers_.has(name)) append(name, value);
  }
  void append(std::string_view name, std::string_view value) {
    if (!is_host(name) && !is_framing(name)) headers_.add(name, safe(value));
  }

 private:
  // Looked-up text may hold line breaks that were escaped in a query; in a header they would start a new one.
  std::string_view safe(std::string_view text) {
    if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return text;
    std::string escaped;
    for (char c : text) {
      if (c == '\r') escaped += "%0D";
      else if (c == '\n') escaped += "%0A";
      else if (c == '\0') escaped += "%00";
      else escaped += c;
    }
    return exchange_.arena.copy(escaped);
  }

  Exchange& exchange_;
  http::Headers& headers_;
};

class RequestTransformer final : public Plugin {
 public:
  RequestTransformer(const schema::Plugin& plugin, Building& building) {
    Settings settings{plugin, building};
    method_ = plugin.config.text("http_method");
    read_changes(settings, "headers", headers_);
    read_changes(settings, "querystring", query_);
    read_changes(settings, "body", body_);
    schema::Reader replace = plugin.config.record("replace");
    if (std::string_view uri = replace ? replace.text("uri") : ""; !uri.empty()) uri_ = read_value(settings, "replace.uri", uri);
  }

  Step on_request(Exchange& exchange) const override {
    Values values;
    values.reserve(lookups_.size());
    for (const TextTemplate& lookup : lookups_) {
      auto value = lookup.render(exchange);
      if (!value) return exchange.answer(500, "An unexpected error occurred");
      values.push_back(*value);
    }
    if (uri_) change_uri(exchange, value_of(*uri_, values));
    if (!method_.empty()) exchange.request.method = method_;
    if (!headers_.empty()) {
      HeaderEditor editor(exchange);
      headers_.apply(editor, values);
    }
    bool form_to_query = exchange.body != nullptr && (method_ == "GET" || method_ == "HEAD" || method_ == "TRACE") && body_kind_of(exchange) == BodyKind::form;
    bool wants_body = form_to_query || (!body_.empty() && exchange.body != nullptr && body_kind_of(exchange) != BodyKind::other);
    if (wants_body) return change_body(exchange, std::move(values), form_to_query);
    change_query(exchange, values);
    return Verdict::go_on;
  }

 private:
  struct Settings {
    const schema::Plugin& plugin;
    Building& building;
  };

  void read_changes(const Settings& settings, std::string_view kind, Changes& changes) {
    const schema::Reader& config = settings.plugin.config;
    if (schema::Reader remove = config.record("remove")) changes.remove = remove.texts(kind);
    struct Verb {
      std::string_view name;
      std::vector<Pair>& pairs;
    };
    for (const Verb& verb : {Verb{"rename", changes.rename}, Verb{"replace", changes.replace}, Verb{"add", changes.add},
                             Verb{"append", changes.append}}) {
      schema::Reader record = config.record(verb.name);
      if (!record) continue;
      for (std::string_view text : record.texts(kind)) {
        size_t colon = text.find(':');
        // A pair without a value does nothing.
        if (colon == std::string_view::npos || colon + 1 == text.size()) continue;
        Pair pair = read_value(settings, std::string(verb.name) + '.' + std::string(kind), text.substr(colon + 1));
        pair.name = text.substr(0, colon);
        verb.pairs.push_back(pair);
      }
    }
  }

  Pair read_value(const Settings& settings, std::string_view field, std::string_view text) {
    std::string error;
    auto value = TextTemplate::parse(text, error);
    if (!value) refuse(settings.plugin, settings.building, field, error);
    if (!value || value->constant()) return {{}, text};
    lookups_.push_back(std::move(*value));
    return {{}, {}, lookups_.size() - 1};
  }

  static void change_uri(Exchange& exchange, std::string_view rendered) {
    std::string path;
    if (!rendered.starts_with('/')) path = "/";
    http::encode_path(rendered, path);
    exchange.upstream_path = exchange.arena.copy(path);
  }

  void change_query(Exchange& exchange, const Values& values) const {
    if (query_.empty()) return;
    QueryEditor editor(exchange);
    query_.apply(editor, values);
    editor.finish();
  }

  // Coded bodies are not read: what they hold is only known when they are decoded.
  static BodyKind body_kind_of(const Exchange& exchange) {
    const http::Headers& headers = exchange.request.headers;
    std::string_view coding = headers.get(http::Name::content_encoding);
    bool plain = coding.empty() || http::equal_names(coding, "identity");
    return plain ? body_kind(headers.get(http::Name::content_type)) : BodyKind::other;
  }

  async::Task<Verdict> change_body(Exchange& exchange, Values values, bool form_to_query) const {
    auto reading = exchange.body->read_all(transformed_body_bytes_max);
    auto read = co_await reading;
    // Passing on what should have been changed would break a promise, so a body that cannot be read is refused.
    if (!read && (read.error().closed || read.error().timeout)) co_return exchange.answer_http_error(400, "Bad request");
    if (!read) co_return exchange.answer_http_error(413, "Payload too large");
    // A form that was posted is asked for in the query when the method becomes one without a body.
    if (form_to_query && !read->empty()) {
      exchange.query = exchange.query.empty() ? *read : exchange.arena.join({exchange.query, "&", *read});
      exchange.has_query = true;
    }
    change_query(exchange, values);
    auto fields = BodyFields::parse(exchange.request.headers.get(http::Name::content_type), *read);
    if (!fields) co_return Verdict::go_on;
    body_.apply(*fields, values);
    if (fields->changed()) exchange.body->replace(exchange.arena.copy(fields->write()));
    co_return Verdict::go_on;
  }

  std::vector<TextTemplate> lookups_;  // the values that are not constant
  std::string_view method_;
  std::optional<Pair> uri_;
  Changes headers_, query_, body_;
};

}  // namespace

std::unique_ptr<Plugin> make_request_transformer(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<RequestTransformer>(plugin, building);
}

}  // namespace plugins
