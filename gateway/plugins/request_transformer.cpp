#include "gateway/plugins/request_transformer.h"

#include <algorithm>

#include "gateway/plugins/body_fields.h"
#include "gateway/plugins/query_fields.h"
#include "gateway/plugins/settings.h"
#include "gateway/plugins/text_template.h"

namespace plugins {
namespace {

constexpr size_t transformed_body_bytes_max = 8u << 20;

// "name:value" of the settings; the value may hold lookups.
struct Pair {
  std::string_view name;
  TextTemplate value;
};

// What is done to one kind of thing (headers, query parameters, body fields), in this order.
struct Changes {
  std::vector<std::string_view> remove;
  std::vector<Pair> rename, replace, add, append;

  bool empty() const { return remove.empty() && rename.empty() && replace.empty() && add.empty() && append.empty(); }
};

// Framing belongs to the gateway: a message of two minds about its length is how requests are smuggled (RFC 9112 section 11.2).
bool is_framing(std::string_view name) {
  return http::equal_names(name, "Content-Length") || http::equal_names(name, "Transfer-Encoding") || http::equal_names(name, "Connection");
}

// A query parameter being rewritten; untouched ones keep their octets.
struct QueryField {
  std::string_view text, name, value;
  bool has_value;
};

class RequestTransformer final : public Plugin {
 public:
  RequestTransformer(const schema::Plugin& plugin, Building& building) : plugin_(plugin), building_(&building) {
    const schema::Reader& config = plugin.config;
    method_ = config.text("http_method");
    read_changes("headers", headers_);
    read_changes("querystring", query_);
    read_changes("body", body_);
    schema::Reader replace = config.record("replace");
    if (std::string_view uri = replace ? replace.text("uri") : ""; !uri.empty()) uri_ = read_template("replace.uri", uri);
    std::erase_if(headers_.remove, is_framing);
    building_ = nullptr;  // only valid while the snapshot is being built
  }

  Step on_request(Exchange& exchange) const override {
    if (uri_) change_uri(exchange);
    if (!headers_.empty()) change_headers(exchange);
    if (!query_.empty()) change_query(exchange);
    if (!method_.empty()) exchange.request.method = method_;
    if (!body_.empty() && exchange.body != nullptr && body_is_readable(exchange)) return change_body(exchange);
    return Verdict::go_on;
  }

 private:
  void read_changes(std::string_view kind, Changes& changes) {
    const schema::Reader& config = plugin_.config;
    if (schema::Reader remove = config.record("remove")) changes.remove = remove.texts(kind);
    struct Verb {
      std::string_view name;
      std::vector<Pair>& pairs;
    };
    for (const Verb& verb : {Verb{"rename", changes.rename}, Verb{"replace", changes.replace}, Verb{"add", changes.add},
                             Verb{"append", changes.append}}) {
      schema::Reader record = config.record(verb.name);
      if (!record) continue;
      for (std::string_view text : record.texts(kind)) read_pair(std::string(verb.name) + '.' + std::string(kind), text, verb.pairs);
    }
  }

  void read_pair(const std::string& field, std::string_view text, std::vector<Pair>& pairs) {
    size_t colon = text.find(':');
    // A pair without a value does nothing.
    if (colon == std::string_view::npos || colon + 1 == text.size()) return;
    auto value = read_template(field, text.substr(colon + 1));
    if (value) pairs.push_back({text.substr(0, colon), std::move(*value)});
  }

  std::optional<TextTemplate> read_template(const std::string& field, std::string_view text) {
    std::string error;
    auto value = TextTemplate::parse(text, error);
    if (!value) refuse(plugin_, *building_, field, error);
    return value;
  }

  void change_uri(Exchange& exchange) const {
    std::string path;
    std::string_view rendered = uri_->render(exchange);
    if (!rendered.starts_with('/')) path = "/";
    http::encode_path(rendered, path);
    exchange.upstream_path = exchange.arena.copy(path);
  }

  // Looked-up text may hold line breaks that were escaped in a query; in a header they would start a new one.
  static std::string_view header_value(Exchange& exchange, const TextTemplate& value) {
    std::string_view text = value.render(exchange);
    if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return text;
    std::string safe;
    for (char c : text) {
      if (c == '\r') safe += "%0D";
      else if (c == '\n') safe += "%0A";
      else if (c == '\0') safe += "%00";
      else safe += c;
    }
    return exchange.arena.copy(safe);
  }

  void change_headers(Exchange& exchange) const {
    http::Headers& headers = exchange.request.headers;
    for (std::string_view name : headers_.remove) {
      if (!http::equal_names(name, "Host")) headers.remove(name);
    }
    for (const Pair& pair : headers_.rename) rename_header(headers, pair.name, header_value(exchange, pair.value));
    for (const Pair& pair : headers_.replace) {
      if (http::equal_names(pair.name, "Host")) exchange.upstream_host = header_value(exchange, pair.value);
      else if (headers.has(pair.name) && !is_framing(pair.name)) headers.set(pair.name, header_value(exchange, pair.value));
    }
    for (const Pair& pair : headers_.add) {
      bool there = headers.has(pair.name) || http::equal_names(pair.name, "Host") || is_framing(pair.name);
      if (!there) headers.add(pair.name, header_value(exchange, pair.value));
    }
    for (const Pair& pair : headers_.append) {
      if (!http::equal_names(pair.name, "Host") && !is_framing(pair.name)) headers.add(pair.name, header_value(exchange, pair.value));
    }
  }

  static void rename_header(http::Headers& headers, std::string_view name, std::string_view new_name) {
    if (http::equal_names(name, "Host") || is_framing(name) || is_framing(new_name) || !headers.has(name)) return;
    if (!http::equal_names(name, new_name)) headers.remove(new_name);
    for (http::Header& header : headers.all()) {
      if (!http::equal_names(header.name, name)) continue;
      header.name = new_name;
      header.id = http::identify(new_name);
    }
  }

  void change_query(Exchange& exchange) const {
    async::Arena& arena = exchange.arena;
    std::vector<QueryField> fields;
    each_parameter(exchange.query, [&](const Parameter& parameter) {
      bool escaped = parameter.name.find_first_of("%+") != std::string_view::npos;
      std::string_view name = escaped ? arena.copy(http::decode(parameter.name, true)) : parameter.name;
      fields.push_back({parameter.text, name, parameter.value, parameter.has_value});
      return true;
    });
    auto named = [](std::string_view name) { return [name](const QueryField& field) { return field.name == name; }; };
    auto make = [&arena](std::string_view name, std::string_view value) {
      std::string encoded = http::encode_component(name) + '=' + http::encode_component(value);
      return QueryField{arena.copy(encoded), name, {}, true};
    };
    bool changed = false;
    for (std::string_view name : query_.remove) changed |= std::erase_if(fields, named(name)) > 0;
    for (const Pair& pair : query_.rename) {
      if (std::ranges::none_of(fields, named(pair.name))) continue;
      std::string_view new_name = pair.value.render(exchange);
      if (new_name != pair.name) std::erase_if(fields, named(new_name));
      for (QueryField& field : fields) {
        if (field.name != pair.name) continue;
        std::string encoded = http::encode_component(new_name);
        field.text = field.has_value ? arena.join({encoded, "=", field.value}) : arena.copy(encoded);
        field.name = new_name;
      }
      changed = true;
    }
    for (const Pair& pair : query_.replace) {
      auto first = std::ranges::find_if(fields, named(pair.name));
      if (first == fields.end()) continue;
      *first = make(pair.name, pair.value.render(exchange));
      fields.erase(std::remove_if(first + 1, fields.end(), named(pair.name)), fields.end());
      changed = true;
    }
    for (const Pair& pair : query_.add) {
      if (std::ranges::any_of(fields, named(pair.name))) continue;
      fields.push_back(make(pair.name, pair.value.render(exchange)));
      changed = true;
    }
    for (const Pair& pair : query_.append) {
      fields.push_back(make(pair.name, pair.value.render(exchange)));
      changed = true;
    }
    if (changed) write_query(exchange, fields);
  }

  static void write_query(Exchange& exchange, const std::vector<QueryField>& fields) {
    std::string query;
    for (const QueryField& field : fields) {
      if (!query.empty()) query += '&';
      query += field.text;
    }
    exchange.query = exchange.arena.copy(query);
    exchange.has_query = !query.empty();
  }

  static bool body_is_readable(const Exchange& exchange) {
    const http::Headers& headers = exchange.request.headers;
    std::string_view coding = headers.get(http::Name::content_encoding);
    bool plain = coding.empty() || http::equal_names(coding, "identity");
    return plain && body_kind(headers.get(http::Name::content_type)) != BodyKind::other;
  }

  async::Task<Verdict> change_body(Exchange& exchange) const {
    auto reading = exchange.body->read_all(transformed_body_bytes_max);
    auto read = co_await reading;
    // Passing on what should have been changed would break a promise, so a body that cannot be read is refused.
    if (!read && (read.error().closed || read.error().timeout)) co_return exchange.answer_http_error(400, "Bad request");
    if (!read) co_return exchange.answer_http_error(413, "Payload too large");
    auto fields = BodyFields::parse(exchange.request.headers.get(http::Name::content_type), *read);
    if (!fields) co_return Verdict::go_on;
    bool changed = false;
    for (std::string_view name : body_.remove) changed |= fields->remove(name);
    for (const Pair& pair : body_.rename) changed |= fields->rename(pair.name, pair.value.render(exchange));
    for (const Pair& pair : body_.replace) changed |= fields->replace(pair.name, pair.value.render(exchange));
    for (const Pair& pair : body_.add) changed |= fields->add(pair.name, pair.value.render(exchange));
    for (const Pair& pair : body_.append) changed |= fields->append(pair.name, pair.value.render(exchange));
    if (changed) exchange.body->replace(exchange.arena.copy(fields->write()));
    co_return Verdict::go_on;
  }

  const schema::Plugin& plugin_;
  Building* building_;
  std::string_view method_;
  std::optional<TextTemplate> uri_;
  Changes headers_, query_, body_;
};

}  // namespace

std::unique_ptr<Plugin> make_request_transformer(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<RequestTransformer>(plugin, building);
}

}  // namespace plugins
