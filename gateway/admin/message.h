#pragma once
// What the resources of the Admin API read and answer; free of the HTTP library that carries it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace admin {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string path;                   // without query, as sent
  std::vector<std::string> segments;  // of the path, percent-decoded
  std::vector<std::string> captures;  // what stood where the route says {}
  Pairs query;                        // decoded
  std::string content_type;           // lower case, without parameters; empty when absent
  std::string body;
  Pairs parts;                        // of a multipart body: name -> content
  std::string identity;               // who asks, as far as that is known for sure
  bool masked = false;                // who asks may not see secrets

  // The parameter of that name in the query; nullptr when absent.
  const std::string* parameter(std::string_view name) const;
};

struct Answer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
  Pairs headers;
};

Answer json(int status, std::string body);
Answer message(int status, std::string_view text);  // {"message": text}
Answer coded(int status, int code, std::string_view name, std::string_view text);  // {"message", "code", "name"}
Answer empty(int status);
Answer stock_page(int status, std::string_view reason);  // the HTML of an error outside of the API's own

std::string quoted(std::string_view text);  // as a JSON string; invalid UTF-8 is replaced
std::string percent_decoded(std::string_view text, bool plus_is_space);
std::string percent_encoded(std::string_view text);
Pairs parse_form(std::string_view text);     // a=b&c=d
bool truthy(std::string_view text);          // 1, true, on, yes
bool looks_like_uuid(std::string_view text);

// Splits a request target (path and query) into the fields of `request`.
void set_target(Request& request, std::string_view target);

// So deep that writing it by recursion would run out of stack.
bool is_too_deep(std::string_view json);

// The members of a body, whatever its type: JSON as sent, forms as text. False: neither.
bool body_members(const Request& request, Pairs& members);

}  // namespace admin
