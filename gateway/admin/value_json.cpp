#include "gateway/admin/value_json.h"

#include <nlohmann/json.hpp>

#include "gateway/admin/message.h"

namespace admin {

std::string value_json(const schema::Value& value) {
  using schema::Kind;
  if (value.from_secret) return quoted(schema::secret_mask);
  std::string out;
  switch (value.kind()) {
    case Kind::null: return "null";
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer: return std::to_string(value.as_integer());
    case Kind::number: return nlohmann::json(value.as_number()).dump();
    case Kind::text: return quoted(value.as_text());
    case Kind::array:
      for (const schema::Value& item : value.items()) out += (out.empty() ? "" : ",") + value_json(item);
      return "[" + out + "]";
    case Kind::object:
      for (const schema::Member& member : value.members()) out += (out.empty() ? "" : ",") + quoted(member.name) + ":" + value_json(member.value);
      return "{" + out + "}";
  }
  return "null";
}

}  // namespace admin
