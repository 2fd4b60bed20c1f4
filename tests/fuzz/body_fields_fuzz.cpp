// A body with fields is read or refused. Written again it has the same fields, and after each change exactly the one
// that was asked for.

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/plugins/body_fields.h"
#include "tests/fuzz/demand.h"

namespace {

using plugins::BodyFields;

BodyFields read_again(std::string_view type, const BodyFields& fields) {
  auto again = BodyFields::parse(type, fields.write());
  demand(again.has_value());
  for (const char* name : {"a", "b"}) {
    demand(again->count(name) == fields.count(name));
    demand(again->text(name) == fields.text(name));
  }
  demand(again->write() == fields.write());
  return *std::move(again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr std::string_view types[] = {"application/json; charset=utf-8", "application/x-www-form-urlencoded",
                                        "multipart/form-data; boundary=\"b\""};
  const std::string_view type = types[data[0] % std::size(types)];
  const auto sent = BodyFields::parse(type, {reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!sent) return 0;
  demand(!sent->changed());
  BodyFields fields = read_again(type, *sent);
  constexpr std::string_view value = "1 \"%\\&=+";
  const bool had = fields.count("a") > 0;
  demand(fields.add("a", value) == !had && fields.count("a") > 0);
  fields = read_again(type, fields);
  demand(fields.replace("a", value) && fields.count("a") == 1 && fields.text("a") == value);
  fields = read_again(type, fields);
  const size_t before = fields.count("b");
  fields.append("b", value);
  demand(fields.count("b") >= before);
  fields = read_again(type, fields);
  demand(fields.rename("a", "b") && fields.count("a") == 0 && fields.count("b") == 1 && fields.text("b") == value);
  fields = read_again(type, fields);
  demand(fields.remove("b") && fields.count("b") == 0);
  read_again(type, fields);
  return 0;
}
