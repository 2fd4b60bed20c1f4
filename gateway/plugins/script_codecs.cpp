// ngx: digests, base64, escapes of URIs.

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "gateway/http/uri.h"
#include "gateway/plugins/lua_json.h"
#include "gateway/plugins/script_host.h"

namespace plugins {
namespace {

constexpr size_t input_bytes_max = 1 << 20;  // of what becomes longer in a buffer that is not the script's own

std::string_view input(lua_State* lua, int index) {
  const std::string_view text = lua_isnil(lua, index) ? std::string_view("") : text_argument(lua, index);
  if (text.size() > input_bytes_max) luaL_error(lua, "text is too long");
  return text;
}

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

int encode_base64(lua_State* lua) {
  const std::string_view text = input(lua, 1);
  std::string made((text.size() + 2) / 3 * 4 + 1, '\0');
  made.resize(static_cast<size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(made.data()), octets(text), static_cast<int>(text.size()))));
  if (lua_toboolean(lua, 2) != 0) made.resize(made.find_last_not_of('=') + 1);
  return push_text(lua, made);
}

// nil for what is no base64. Padding may be missing.
int decode_base64(lua_State* lua) {
  std::string text(input(lua, 1));
  const size_t end = text.find_last_not_of('=');
  text.resize(end == std::string::npos ? 0 : end + 1);
  const size_t missing = (4 - text.size() % 4) % 4;
  text.append(missing, '=');
  std::string made(text.size() / 4 * 3 + 1, '\0');
  const bool strange =
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != std::string::npos;
  const int size = missing == 3 || strange ? -1
                                           : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(made.data()),
                                                             octets(text), static_cast<int>(text.size()));
  if (size < 0) return push_text_or_nil(lua, {});
  return push_text(lua, {made.data(), static_cast<size_t>(size) - missing});
}

std::string_view digest(std::string_view text, const EVP_MD* kind, unsigned char (&made)[EVP_MAX_MD_SIZE]) {
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), made, &size, kind, nullptr);
  return {reinterpret_cast<const char*>(made), size};
}

int md5_bin(lua_State* lua) {
  unsigned char made[EVP_MAX_MD_SIZE];
  return push_text(lua, digest(input(lua, 1), EVP_md5(), made));
}
int md5(lua_State* lua) {
  unsigned char made[EVP_MAX_MD_SIZE];
  char hex[2 * EVP_MAX_MD_SIZE];
  size_t size = 0;
  for (char octet : digest(input(lua, 1), EVP_md5(), made)) {
    hex[size++] = "0123456789abcdef"[static_cast<unsigned char>(octet) >> 4];
    hex[size++] = "0123456789abcdef"[octet & 15];
  }
  return push_text(lua, {hex, size});
}
int sha1_bin(lua_State* lua) {
  unsigned char made[EVP_MAX_MD_SIZE];
  return push_text(lua, digest(input(lua, 1), EVP_sha1(), made));
}
int hmac_sha1(lua_State* lua) {
  const std::string_view key = input(lua, 1), text = input(lua, 2);
  unsigned char made[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), octets(text), text.size(), made, &size);
  return push_text(lua, {reinterpret_cast<const char*>(made), size});
}

int escape_uri(lua_State* lua) { return push_text(lua, http::encode_component(input(lua, 1))); }
int unescape_uri(lua_State* lua) { return push_text(lua, http::decode(input(lua, 1), true)); }

constexpr luaL_Reg functions[] = {{"encode_base64", encode_base64},
                                  {"decode_base64", decode_base64},
                                  {"md5", md5},
                                  {"md5_bin", md5_bin},
                                  {"sha1_bin", sha1_bin},
                                  {"hmac_sha1", hmac_sha1},
                                  {"escape_uri", escape_uri},
                                  {"unescape_uri", unescape_uri},
                                  {nullptr, nullptr}};

}  // namespace

void add_ngx_codecs(lua_State* ngx) {
  luaL_register(ngx, nullptr, functions);
  push_json_null(ngx);
  lua_setfield(ngx, -2, "null");
}

}  // namespace plugins
