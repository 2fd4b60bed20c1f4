// The answer goes to the client: head and first octets in one write, the rest as it comes.

#include <algorithm>

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
    if (status != 204) headers.set_checked(Name::content_length, exchange.arena.number(exchange.own_body.size()));
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
  headers.add_checked(Name::transfer_encoding, "chunked");
  return Framing::chunked;
}

void write_head(Journey& journey, http::Out& out) {
  plugins::Exchange& exchange = journey.exchange;
  if (journey.upgraded) {
    exchange.response.headers.add_checked(Name::connection, "Upgrade");
  } else {
    exchange.response.headers.add_checked(Name::connection, journey.keep_alive ? "keep-alive" : "close");
  }
  // An upstream's answer keeps the Date it came with, or none.
  if (exchange.origin == plugins::Origin::gateway) exchange.response.headers.add_checked(Name::date, http::date_value(journey.worker.loop.wall_ms() / 1000));
  http::write_response_head(exchange.response, out);
}

// Pieces of a chunked body that arrived together leave together.
class Gather : public async::Pooled {
 public:
  explicit Gather(Framing framing) : framing_(framing) {}
  bool full() const { return count_ == pieces_max; }
  void add(std::string_view piece) {
    if (framing_ == Framing::chunked) {
      sizes_[count_] = http::ChunkSize(piece.size());
      parts_[used_++] = sizes_[count_].text();
      parts_[used_++] = piece;
      parts_[used_++] = http::chunk_end;
    } else {
      parts_[used_++] = piece;
    }
    ++count_;
    bytes_ += piece.size();
  }
  void add_raw(std::string_view text) {
    parts_[used_++] = text;
    bytes_ += text.size();
  }
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

// Below this a body goes behind its head: copying it costs less than telling the kernel of two pieces.
constexpr size_t joined_bytes_max = 4096;

// What came of writing `bytes` to the client; false: it is gone.
bool note_sent(Journey& journey, const async::Result<void>& written, size_t bytes) {
  journey.head_sent = true;
  journey.exchange.response_bytes += bytes;
  if (!written) journey.client_lost = true;
  return static_cast<bool>(written);
}

// False, for send_pieces: the upstream did not come to the end.
bool cut(const Journey& journey, const async::Error& error) {
  if (FaultLog* log = journey.worker.fault_log.get()) log->answer_cut(journey, error);
  return false;
}

// Pieces go out as they come. True when the answer came to its proper end.
async::Task<bool> send_pieces(Journey& journey, std::string_view head, Framing framing) {
  BodyReader& body = journey.answer_body;
  const uint32_t read_timeout_ms = journey.exchange.service->read_timeout_ms;
  auto gather = std::make_unique<Gather>(framing);
  if (!head.empty()) gather->add_raw(head);
  while (true) {
    while (!gather->full()) {
      std::string_view piece = body.take();
      if (piece.empty()) break;
      gather->add(piece);
    }
    const bool last = body.done();
    if (last && framing == Framing::chunked) gather->add_raw(http::last_chunk);
    if (!gather->parts().empty()) {
      auto writing = journey.client.write(gather->parts(), journey.worker.options.send_timeout_ms);
      auto written = co_await writing;
      if (!note_sent(journey, written, gather->bytes())) co_return false;
      gather->clear();
    }
    if (last) co_return true;
    if (body.bad()) co_return cut(journey, {.side = async::Side::upstream, .what = "malformed chunk"});
    if (!journey.upstream_input.unread().empty()) continue;
    auto filling = fill(*journey.upstream->stream, journey.upstream_input, 16 * 1024, read_timeout_ms);
    auto filled = co_await filling;
    if (!filled && journey.may_be_silent(filled.error())) continue;
    if (!filled) co_return cut(journey, filled.error());
    if (*filled == 0 && !body.end_of_input()) co_return cut(journey, {.side = async::Side::upstream, .what = "connection ended"});
  }
}

// The upstream's connection is kept when the whole answer was taken, nothing more came with it, and the whole request was sent.
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
  if (journey.upload && !journey.upload.done() && journey.keep_alive) return journey.stop_upload();
  journey.drop_upstream();
}

}  // namespace

async::Task<void> send_answer(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  // Where the rest of the request's body is not worth reading, the connection ends instead of misreading it as a request. And nobody is promised a
  // next request while the node drains.
  if ((!journey.body.fully_read() && !journey.body.worth_dropping()) || journey.worker.draining) journey.keep_alive = false;
  const Framing framing = frame(journey);
  net::Block block = journey.worker.blocks.take();
  http::Out out(block.span());
  write_head(journey, out);
  journey.answer_head_bytes = out.size();
  const bool own = exchange.origin == plugins::Origin::gateway;
  // The usual answer is small and is here already: it leaves with its head.
  if (own && framing != Framing::none) out.text(exchange.own_body);
  if (!own && framing == Framing::length) out.text(journey.answer_body.take_at_most(std::min(joined_bytes_max, out.room())));
  exchange.response_bytes = 0;
  bool whole = true;
  if (own || framing == Framing::none || (framing == Framing::length && journey.answer_body.done())) {
    auto writing = journey.client.write(out.view(), journey.worker.options.send_timeout_ms);
    auto written = co_await writing;
    whole = note_sent(journey, written, out.size());
    if (own) co_return;
  } else {
    auto sending = send_pieces(journey, out.view(), framing);
    whole = co_await sending;
  }
  if (!whole) {
    // Cut short, and the client must be able to see that: its connection ends without the end of the message. In order, because a reset could
    // destroy the answers before it; unless an orderly end is just what would make it look whole.
    journey.keep_alive = false;
    journey.drop_upstream();
    if (framing == Framing::until_close && !journey.client_lost) {
      journey.client_lost = true;
      journey.client.abort();
    }
    co_return;
  }
  if (!journey.upgraded) release_upstream(journey);
}

}  // namespace proxy
