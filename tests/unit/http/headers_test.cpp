#include <doctest/doctest.h>

#include <string>

#include "gateway/http/headers.h"
#include "gateway/http/hop_by_hop.h"

namespace {

using http::Name;

std::string names(const http::Headers& headers) {
  std::string all;
  for (const http::Header& header : headers.all()) all.append(header.name).append(" ");
  return all;
}

http::RequestHead websocket() {
  http::RequestHead head;
  head.method = "GET";
  head.headers.add("upgrade", "h2c, WebSocket");
  head.headers.add("Connection", "keep-alive, UPGRADE");
  head.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  head.headers.add("Sec-WebSocket-Version", "13");
  return head;
}

}  // namespace

TEST_CASE("every known name is identified in any case, and nothing else is") {
  for (int id = 1; id < static_cast<int>(Name::count); ++id) {
    std::string name(http::spelling(static_cast<Name>(id)));
    CHECK(static_cast<int>(http::identify(name)) == id);
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c >= 'a' && c <= 'z' ? c - 32 : c);
    CHECK(static_cast<int>(http::identify(name)) == id);
    name.back() = '!';
    CHECK(http::identify(name) == Name::other);
  }
  CHECK(http::identify("") == Name::other);
  CHECK(http::identify(std::string(300, 'a')) == Name::other);
}

TEST_CASE("headers keep order and duplicates; set replaces the first and drops the rest") {
  http::Headers headers;
  headers.add("X-A", "1");
  headers.add(Name::vary, "a");
  headers.add("x-a", "2");
  CHECK(headers.get("X-a") == "1");
  CHECK(headers.get("none").data() == nullptr);
  headers.set("X-A", "3");
  CHECK(names(headers) == "X-A Vary ");
  CHECK(headers.get("x-a") == "3");
  headers.set(Name::date, "now");
  CHECK(headers.get(Name::date) == "now");
  CHECK(headers.remove("VARY") == 1);
  CHECK(headers.remove("VARY") == 0);
}

TEST_CASE("list elements are trimmed, empty ones skipped, quotes respected") {
  std::string seen;
  http::each_element(" a,, \tb ,\"c,\\\"d\", ", [&](std::string_view element) {
    seen.append("[").append(element).append("]");
    return true;
  });
  CHECK(seen == "[a][b][\"c,\\\"d\"]");
}

TEST_CASE("fields of this hop and those that Connection names end here") {
  http::Headers headers;
  for (const char* name : {"X-Secret", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Proxy", "Accept",
                           "x-secret"})
    headers.add(name, "x");
  headers.add("Connection", "close, x-SECRET");
  headers.add("X-Other", "1");
  headers.add("Connection", "X-Other,close");
  http::remove_hop_by_hop(headers);
  CHECK(names(headers) == "Accept ");
}

TEST_CASE("framing, Host and the gateway's own fields cannot be nominated away") {
  http::Headers headers;
  headers.add("Connection", "Content-Length, Host, X-Forwarded-For, X-Real-IP, Via, X-Kong-Request-Id");
  for (const char* name : {"Content-Length", "Host", "X-Forwarded-For", "X-Real-IP", "Via", "X-Kong-Request-Id"}) headers.add(name, "1");
  http::remove_hop_by_hop(headers);
  CHECK(headers.size() == 6);
}

TEST_CASE("a websocket upgrade has all its fields") {
  CHECK(http::is_websocket_upgrade(websocket()));
  for (const char* name : {"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
    http::RequestHead head = websocket();
    head.headers.remove(name);
    CHECK_FALSE(http::is_websocket_upgrade(head));
  }
  http::RequestHead post = websocket();
  post.method = "POST";
  CHECK_FALSE(http::is_websocket_upgrade(post));
  http::RequestHead old = websocket();
  old.minor_version = 0;
  CHECK_FALSE(http::is_websocket_upgrade(old));
}
