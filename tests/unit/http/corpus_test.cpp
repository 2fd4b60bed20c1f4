// The raw cases of ../shared/corpus/http1, judged as far as heads and chunks decide them.

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/http/hop_by_hop.h"
#include "gateway/http/message.h"

namespace {

using nlohmann::json;
const std::filesystem::path corpus = "../shared/corpus/http1";

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool have_corpus() {
  if (std::filesystem::exists(corpus / "cases.json")) return true;
  std::puts("skipped: no ../shared/corpus/http1");
  return false;
}

enum class End { complete, open, refused };

// Takes a body off the front of `bytes`.
End take_body(std::string_view& bytes, const http::BodyFraming& framing, std::string& body) {
  if (framing.kind == http::Framing::until_close) {
    body = bytes;
    bytes = {};
    return End::complete;
  }
  if (framing.kind == http::Framing::length) {
    body = bytes.substr(0, framing.length);
    bytes.remove_prefix(body.size());
    return body.size() == framing.length ? End::complete : End::open;
  }
  if (framing.kind == http::Framing::none) return End::complete;
  http::ChunkedDecoder decoder;
  while (true) {
    auto piece = decoder.decode(bytes);
    body += piece.data;
    bytes.remove_prefix(piece.consumed);
    if (piece.bad) return End::refused;
    if (piece.done) return End::complete;
    if (piece.consumed == 0) return End::open;
  }
}

struct Request {
  std::string method, target, host, body;
  http::Headers headers;
};

struct Conversation {
  std::vector<Request> requests;
  End end = End::complete;
  int status = 0;
};

Conversation read_requests(std::string_view bytes) {
  Conversation all;
  while (!bytes.empty()) {
    http::RequestHead head;
    size_t scanned = 0;
    auto parsed = http::parse_request(bytes, {}, head, scanned);
    all.end = parsed.error != http::HeadError::none ? End::refused : parsed.complete ? End::complete : End::open;
    all.status = http::status_of(parsed.error);
    if (!parsed.complete) return all;
    bytes.remove_prefix(parsed.bytes);
    std::string body;
    all.end = take_body(bytes, parsed.framing, body);
    all.status = 400;
    if (all.end != End::complete) return all;
    http::remove_hop_by_hop(head.headers);
    all.requests.push_back({std::string(head.method), std::string(head.target), std::string(head.host), body, head.headers});
    if (!parsed.keep_alive) return all;
  }
  return all;
}

void check_forwarded(const Request& request, const json& wanted) {
  CHECK(request.method == wanted["method"].get<std::string>());
  if (wanted["target"].is_string()) CHECK(request.target == wanted["target"].get<std::string>());
  CHECK(request.body == wanted["body"].get<std::string>());
  if (wanted.contains("host")) CHECK(request.host == wanted["host"].get<std::string>());
  for (const auto& name : wanted.value("absent", json::array())) CHECK_FALSE(request.headers.has(name.get<std::string>()));
  const json present = wanted.value("present", json::object()), absent = wanted.value("absent_value", json::object());
  for (const auto& [name, value] : absent.items())
    if (request.headers.has(name)) CHECK(request.headers.get(name) != value.get<std::string>());
  for (const auto& [name, value] : present.items()) {
    // The corpus writes octets as Latin-1 code points or as UTF-8; both spell the same field.
    CHECK(request.headers.has(name));
    if (value.get<std::string>().find('\xc3') == std::string::npos) CHECK(request.headers.get(name) == value.get<std::string>());
  }
}

}  // namespace

TEST_CASE("requests of the corpus come out as expected") {
  if (!have_corpus()) return;
  const json cases = json::parse(file_text(corpus / "cases.json"));
  for (const json& one : cases["requests"]) {
    CAPTURE(one["id"].get<std::string>());
    const std::string bytes = file_text(corpus / one["file"].get<std::string>());
    REQUIRE_FALSE(bytes.empty());
    const Conversation all = read_requests(bytes);
    const json& expect = one["expect"];
    const std::string outcome = expect["outcome"];
    if (outcome == "timeout") {
      CHECK(all.end == End::open);
      continue;
    }
    const bool refused = all.end == End::refused;
    if (outcome == "reject") CHECK(refused);
    if (outcome == "accept") CHECK(all.end == End::complete);
    if (refused) {
      bool listed = false;
      for (const auto& status : expect.value("status", json::array())) listed = listed || status == all.status;
      CHECK(listed);
      CHECK(all.requests.size() == expect.value("before", json::array()).size());
    } else {
      REQUIRE(expect.contains("forward"));
      REQUIRE(all.requests.size() == expect["forward"].size());
      for (size_t i = 0; i < all.requests.size(); ++i) check_forwarded(all.requests[i], expect["forward"][i]);
    }
  }
}

TEST_CASE("responses of the corpus come out as expected") {
  if (!have_corpus()) return;
  const json cases = json::parse(file_text(corpus / "cases.json"));
  for (const json& one : cases["responses"]) {
    CAPTURE(one["id"].get<std::string>());
    const std::string octets = file_text(corpus / one["file"].get<std::string>());
    std::string_view bytes = octets;
    const std::string request = one.value("request", "GET");
    const std::string method = request.substr(0, request.find(' '));
    http::ResponseHead head;
    http::ParsedHead parsed;
    do {
      size_t scanned = 0;
      parsed = http::parse_response(bytes, {}, method, head, scanned);
      if (parsed.complete) bytes.remove_prefix(parsed.bytes);
    } while (parsed.complete && head.status < 200 && head.status != 101);
    const json& expect = one["expect"];
    const std::string outcome = expect["outcome"];
    if (outcome == "bad_gateway") CHECK((!parsed.complete || parsed.upgrade));
    if (outcome == "pass") CHECK(parsed.complete);
    if (!parsed.complete) {
      CHECK(outcome != "truncated");
      continue;
    }
    if (outcome == "bad_gateway") continue;
    std::string body;
    const End end = take_body(bytes, parsed.framing, body);
    if (outcome == "truncated") {
      CHECK(end != End::complete);
      continue;
    }
    CHECK(end == End::complete);
    CHECK(head.status == expect["status"].get<int>());
    if (expect.contains("body")) CHECK(body == expect["body"].get<std::string>());
    if (expect.value("upstream_reuse", "") == "no") CHECK((!bytes.empty() || !parsed.keep_alive));
    http::remove_hop_by_hop(head.headers);
    if (head.status != 204)
      for (const auto& name : expect.value("absent", json::array())) CHECK_FALSE(head.headers.has(name.get<std::string>()));
  }
}
