#include "gateway/runtime/health.h"

#include <memory>

#include "gateway/admin/library.h"

namespace runtime {

namespace {

constexpr int wait_s = 3;

// One that every local process reaches: an address that means "all" is asked by loopback.
std::string reachable(const std::string& address) {
  if (address == "0.0.0.0" || address == "*") return "127.0.0.1";
  return address == "::" ? "::1" : address;
}

std::unique_ptr<httplib::ClientImpl> client_of(const Listen& listen) {
  std::unique_ptr<httplib::ClientImpl> client;
  if (!listen.unix_path.empty()) {
    client = std::make_unique<httplib::ClientImpl>(listen.unix_path, 80);
    client->set_address_family(AF_UNIX);
  } else if (listen.ssl) {
    client = std::make_unique<httplib::SSLClient>(reachable(listen.address), listen.port);
    client->enable_server_certificate_verification(false);
  } else {
    client = std::make_unique<httplib::ClientImpl>(reachable(listen.address), listen.port);
  }
  client->set_connection_timeout(wait_s);
  client->set_read_timeout(wait_s);
  return client;
}

}  // namespace

bool ask_health(const Settings& settings, std::string& what) {
  const bool has_status = !settings.status_listen.empty();
  if (!has_status && settings.admin_listen.empty()) return what = "neither status_listen nor admin_listen is on, so nobody can be asked", false;
  const Listen& listen = has_status ? settings.status_listen.front() : settings.admin_listen.front();
  httplib::Headers headers = {{"Host", "localhost"}};
  const std::vector<std::string>& tokens = settings.admin_read_tokens.empty() ? settings.admin_tokens : settings.admin_read_tokens;
  if (!has_status && !tokens.empty()) headers.emplace("Kong-Admin-Token", tokens.front());
  const auto answer = client_of(listen)->Get(has_status ? "/status/ready" : "/status", headers);
  const std::string where = listen.unix_path.empty() ? listen.address + ":" + std::to_string(listen.port) : "unix:" + listen.unix_path;
  what = !answer ? where + ": no answer" : answer->status == 200 ? "ready" : where + ": " + std::to_string(answer->status) + " " + answer->body;
  return answer && answer->status == 200;
}

}  // namespace runtime
