#pragma once
// What an expression can ask about: the fields of a request, by their names in the expression language.

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/query.h"
#include "gateway/http/uri.h"
#include "gateway/routing/folded.h"
#include "gateway/routing/query.h"

namespace routing {

enum class Traffic : uint8_t { web, stream };

struct Field {
  enum class Kind : uint8_t { method, host, path, segment_count, segments, header, query, protocol, source_ip, source_port, destination_ip, destination_port, sni };
  enum class Type : uint8_t { text, integer, address };

  Kind kind = Kind::method;
  Type type = Type::text;
  std::string name;                // of the header ('-' for '_', lower case) or query parameter
  uint32_t first = 0, last = 0;    // segments
};

// "http.path", "http.headers.x_version", ... False and what is wrong when there is no such field for this kind of traffic.
bool find_field(std::string_view text, Traffic traffic, Field& field, std::string& what, std::string& hint);

// The segments `first` to `last` of a path, joined as they stand; a null view when there are fewer. Empty ones at the end do not count.
std::string_view segments(std::string_view path, uint32_t first, uint32_t last);
uint32_t segment_count(std::string_view path);

// The values of a text field; `visit(value)` returns false to stop. False when the field is absent. Allocates only for a query value with
// escapes in it that is longer than fifteen octets.
template <typename Visit>
bool each_text(const Field& field, const Query& query, Visit visit) {
  auto one = [&](std::string_view value, bool present) {
    if (present) visit(value);
    return present;
  };
  switch (field.kind) {
    case Field::Kind::method: return one(query.method, true);
    case Field::Kind::host: return one(query.host, !query.host.empty());
    case Field::Kind::path: return one(query.path, true);
    case Field::Kind::protocol: return one(query.scheme, true);
    case Field::Kind::sni: return one(query.sni, !query.sni.empty());
    case Field::Kind::segments: {
      const std::string_view part = segments(query.path, field.first, field.last);
      return one(part, part.data() != nullptr);
    }
    case Field::Kind::header: {
      bool present = false;
      for (const http::Header& header : query.headers != nullptr ? query.headers->all() : std::span<const http::Header>()) {
        if (!same_field_name(header.name, field.name)) continue;
        present = true;
        if (!visit(header.value)) break;
      }
      return present;
    }
    case Field::Kind::query: {
      bool present = false;
      http::each_parameter(query.query_string, [&](const http::Parameter& parameter) {
        if (!http::has_name(parameter, field.name)) return true;
        present = true;
        if (parameter.value.find_first_of("%+") == std::string_view::npos) return visit(parameter.value);
        const std::string decoded = http::decode(parameter.value, true);
        return visit(std::string_view(decoded));
      });
      return present;
    }
    default: return false;
  }
}

}  // namespace routing
