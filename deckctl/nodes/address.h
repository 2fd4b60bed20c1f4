#pragma once
// Where a node's Admin API is, and how to be let in.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace deckctl {

struct NodeAddress {
  enum class Scheme { http, https, unix_socket };

  std::string name;  // as shown to people: the URL without credentials
  Scheme scheme = Scheme::http;
  std::string host;  // without brackets; of a unix socket its path
  int port = 80;
  std::string base_path;  // "" or "/prefix", when the API stands behind one
  std::string user, password;  // from the URL, for basic authentication
  std::vector<std::pair<std::string, std::string>> headers;
  int timeout_s = 10;  // for all answers to one step
  bool tls_skip_verify = false;
  std::string ca_cert, client_cert, client_key;  // paths, or the PEM text itself
};

// http://HOST[:PORT][/PREFIX], https://..., unix:PATH; without a scheme it is http. Fills in where it is and its name. Empty text, or what is
// wrong, without the URL: it may hold a password.
std::string parse_url(std::string_view url, NodeAddress& address);

// "name: value" or "name:value"; empty text, or what is wrong (RFC 9110, 5.1 and 5.5), without the value.
std::string add_header(std::string_view line, NodeAddress& address);

}  // namespace deckctl
