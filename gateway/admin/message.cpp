#include "gateway/admin/message.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "schema/json.h"

namespace admin {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

const std::string* Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

Answer json(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Answer message(int status, std::string_view text) { return json(status, "{\"message\":" + quoted(text) + "}"); }

Answer coded(int status, int code, std::string_view name, std::string_view text) {
  return json(status, "{\"message\":" + quoted(text) + ",\"name\":" + quoted(name) + ",\"code\":" + std::to_string(code) + "}");
}

Answer empty(int status) {
  Answer answer;
  answer.status = status;
  answer.content_type.clear();
  return answer;
}

Answer stock_page(int status, std::string_view reason) {
  const std::string title = std::to_string(status) + " " + std::string(reason);
  Answer answer;
  answer.status = status;
  answer.content_type = "text/html; charset=UTF-8";
  answer.body = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n";
  return answer;
}

std::string quoted(std::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '-' || byte == '.' || byte == '_' || byte == '~') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

Pairs parse_form(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const auto piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    const size_t equals = std::min(piece.find('='), piece.size());
    pairs.emplace_back(percent_decoded(piece.substr(0, equals), true), percent_decoded(piece.substr(std::min(equals + 1, piece.size())), true));
  }
  return pairs;
}

bool truthy(std::string_view text) { return text == "1" || text == "true" || text == "on" || text == "yes"; }

bool looks_like_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  }
  return true;
}

void set_target(Request& request, std::string_view target) {
  const size_t mark = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, mark);
  request.path = path;
  request.query = parse_form(target.substr(std::min(mark + 1, target.size())));
  request.segments.clear();
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) request.segments.push_back(percent_decoded(path.substr(0, end), false));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
}

bool is_too_deep(std::string_view json) {
  constexpr size_t depth_max = 512;  // beyond what a configuration may have, so that its own reader tells where
  return schema::is_deeper(json, depth_max);
}

bool body_members(const Request& request, Pairs& members) {
  if (request.content_type == "application/json") {
    const auto parsed = is_too_deep(request.body) ? nlohmann::json() : nlohmann::json::parse(request.body, nullptr, false);
    if (!parsed.is_object()) return false;
    for (const auto& [name, value] : parsed.items()) members.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    return true;
  }
  if (request.content_type == "application/x-www-form-urlencoded") return members = parse_form(request.body), true;
  if (request.content_type == "multipart/form-data") return members = request.parts, true;
  return false;
}

}  // namespace admin
