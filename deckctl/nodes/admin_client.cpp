#include "deckctl/nodes/admin_client.h"

#define CPPHTTPLIB_OPENSSL_SUPPORT
#include <httplib.h>

namespace deckctl {

namespace {

Answer answer_of(const httplib::Result& result) {
  if (!result) return {0, {}, httplib::to_string(result.error())};
  return {result->status, result->body, {}};
}

void prepare(httplib::Client& client, int timeout_s) {
  client.set_connection_timeout(timeout_s);
  client.set_read_timeout(timeout_s);
  client.set_write_timeout(timeout_s);
}

}  // namespace

Answer AdminClient::get(const std::string& path) const {
  httplib::Client client(address_);
  prepare(client, timeout_s_);
  return answer_of(client.Get(path));
}

Answer AdminClient::post(const std::string& path, const std::string& body, const std::string& content_type) const {
  httplib::Client client(address_);
  prepare(client, timeout_s_);
  return answer_of(client.Post(path, body, content_type));
}

}  // namespace deckctl
