// The answer goes to the client: head and first octets in one write, the rest as it comes.

#include "gateway/http/write.h"
#include "gateway/proxy/journey.h"

namespace proxy {

namespace {

using http::Framing;
using http::Name;

bool has_no_body(std::string_view method, int status) {
  return method == "HEAD" || status == 204 || status == 304 || (status >= 100 && status < 200);
}

// Decides how the client learns where the body ends, and says so in the head.
Framing frame(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  http::Headers& headers = exchange.response.headers;
  const int status = exchange.response.status;
  if (exchange.origin == plugins::Origin::gateway) {
    // RFC 9110 section 8.6: no length where no body can be.
    if (status != 204) headers.set(Name::content_length, exchange.arena.number(exchange.own_body.size()));
    return has_no_body(exchange.original_method, status) ? Framing::none : Framing::length;
  }
  if (journey.upgraded) return Framing::none;
  if (has_no_body(exchange.original_method, status)) {
    // RFC 9110 section 8.6: no length where no body can be.
    if (status == 204 || status < 200) headers.remove(Name::content_length);
    return Framing::none;
  }
  const http::BodyFraming incoming = journey.answer_body.framing();
  if (incoming.kind == Framing::length || incoming.kind == Framing::none) return Framing::length;
  headers.remove(Name::content_length);
  if (exchange.request.minor_version == 0) {
    journey.keep_alive = false;
    return Framing::until_close;
  }
  headers.add(Name::transfer_encoding, "chunked");
  return Framing::chunked;
}

void write_head(Journey& journey, std::string& out) {
  plugins::Exchange& exchange = journey.exchange;
  if (journey.upgraded) {
    exchange.response.headers.add(Name::connection, "Upgrade");
  } else {
    exchange.response.headers.add(Name::connection, journey.keep_alive ? "keep-alive" : "close");
  }
  // An upstream's answer keeps the Date it came with, or none.
  if (exchange.origin == plugins::Origin::gateway) exchange.response.headers.add(Name::date, http::date_value(journey.worker.loop.wall_ms() / 1000));
  http::write_response_head(exchange.response, out);
}

// Pieces of a chunked body that arrived together leave together.
class Gather {
 public:
  explicit Gather(Framing framing) : framing_(framing) {}
  bool full() const { return count_ == pieces_max; }
  void add(std::string_view piece) {
    if (framing_ == Framing::chunked) {
      sizes_[count_] = http::ChunkSize(piece.size());
      parts_[used_++] = sizes_[count_].text();
      parts_[used_++] = piece;
      parts_[used_++] = "\r\n";
    } else {
      parts_[used_++] = piece;
    }
    ++count_;
    bytes_ += piece.size();
  }
  void add_raw(std::string_view text) { parts_[used_++] = text; }
  std::span<const std::string_view> parts() const { return {parts_, used_}; }
  size_t bytes() const { return bytes_; }
  void clear() { used_ = count_ = bytes_ = 0; }

 private:
  static constexpr size_t pieces_max = 8;
  Framing framing_;
  http::ChunkSize sizes_[pieces_max];
  std::string_view parts_[pieces_max * 3 + 2];
  size_t used_ = 0, count_ = 0, bytes_ = 0;
};

// True when an answer came to its proper end.
async::Task<bool> send_proxied(Journey& journey, std::string head, Framing framing) {
  BodyReader& body = journey.answer_body;
  const uint32_t read_timeout_ms = journey.exchange.service->read_timeout_ms;
  auto gather = std::make_unique<Gather>(framing);
  gather->add_raw(head);
  bool head_waits = true;
  const bool skip = framing == Framing::none;
  while (true) {
    while (!skip && !gather->full()) {
      std::string_view piece = body.take();
      if (piece.empty()) break;
      gather->add(piece);
    }
    const bool last = skip || body.done();
    if (last && framing == Framing::chunked) gather->add_raw("0\r\n\r\n");
    if (!gather->parts().empty()) {
      auto writing = journey.client.write(gather->parts(), journey.worker.options.send_timeout_ms);
      auto written = co_await writing;
      journey.head_sent = true;
      if (head_waits) journey.exchange.response_bytes = head.size();
      head_waits = false;
      journey.exchange.response_bytes += gather->bytes();
      gather->clear();
      if (!written) {
        journey.client_lost = true;
        co_return false;
      }
    }
    if (last) co_return true;
    if (body.bad()) co_return false;
    if (!journey.upstream_input.unread().empty()) continue;
    auto filling = fill(*journey.upstream->stream, journey.upstream_input, 16 * 1024, read_timeout_ms);
    auto filled = co_await filling;
    if (!filled && journey.may_be_silent(filled.error())) continue;
    if (!filled) co_return false;
    if (*filled == 0 && !body.end_of_input()) co_return false;
  }
}

// A connection is kept when the whole answer was taken, nothing more came with it, and the whole request was sent.
void release_upstream(Journey& journey) {
  if (journey.upstream == nullptr) return;
  bool clean = journey.upstream_reusable && journey.answer_body.done() && journey.upstream_input.unread().empty();
  if (clean && journey.upload.done()) {
    auto sent = journey.upload.take();
    clean = static_cast<bool>(sent);
  } else {
    clean = false;
  }
  if (clean && journey.answer_body.framing().kind != Framing::until_close)
    journey.worker.pool.give_back(std::move(journey.upstream), journey.worker.loop.now_ms());
  journey.drop_upstream();
}

}  // namespace

async::Task<void> send_answer(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  // Where the rest of the request's body is not worth reading, the connection ends instead of misreading it as a request. And nobody is promised a
  // next request while the node drains.
  if ((!journey.body.fully_read() && !journey.body.worth_dropping()) || journey.worker.draining) journey.keep_alive = false;
  const Framing framing = frame(journey);
  std::string head;
  head.reserve(1024);
  write_head(journey, head);
  if (exchange.origin == plugins::Origin::gateway) {
    const std::string_view parts[] = {head, framing == Framing::none ? std::string_view() : exchange.own_body};
    auto writing = journey.client.write(std::span(parts).subspan(0, parts[1].empty() ? 1 : 2), journey.worker.options.send_timeout_ms);
    auto written = co_await writing;
    exchange.response_bytes = head.size() + parts[1].size();
    if (!written) journey.client_lost = true;
    co_return;
  }
  auto sending = send_proxied(journey, std::move(head), framing);
  bool whole = co_await sending;
  if (!whole) {
    // Cut short: the client must be able to see that, so its connection ends without the end of the message.
    journey.keep_alive = false;
    journey.client_lost = true;
    journey.drop_upstream();
    // An answer that ends with its connection looks whole after an orderly end.
    if (framing == Framing::until_close) journey.client.abort();
    co_return;
  }
  if (!journey.upgraded) release_upstream(journey);
}

}  // namespace proxy
