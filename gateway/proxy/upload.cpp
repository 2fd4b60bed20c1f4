#include "gateway/proxy/upload.h"

#include "gateway/http/write.h"
#include "gateway/proxy/upstream_head.h"

namespace proxy {

namespace {

// A small body goes behind its head: copying it costs less than telling the kernel of two pieces.
constexpr size_t joined_bytes_max = 4096;

// The cut must stay visible as a cut: the upstream's connection ends without the end of the message.
async::Error client_failed(Journey& journey, async::Error error) {
  journey.client_failed = true;
  journey.upstream->stream->close();
  return error;
}

// A peer that has closed may have answered before; one that only does not read on will not be waited for twice.
async::Error upstream_failed(Journey& journey, async::Error error) {
  if (!error.closed && !journey.answer_begun) journey.upstream->stream->close();
  return error;
}

async::Task<async::Result<void>> send_rest(Journey& journey, bool chunked) {
  RequestBody& body = journey.body;
  BodyReader& rest = body.rest();
  net::Stream& upstream = *journey.upstream->stream;
  const uint32_t timeout_ms = journey.exchange.service->write_timeout_ms;
  while (!rest.done()) {
    std::string_view piece = rest.take();
    if (rest.bad()) co_return client_failed(journey, {.side = async::Side::client, .what = "malformed chunk"});
    if (body.too_large()) co_return client_failed(journey, {.side = async::Side::client, .what = "body too large"});
    if (!piece.empty()) {
      http::ChunkSize size(piece.size());
      const std::string_view framed[] = {size.text(), piece, http::chunk_end};
      auto writing = upstream.write(chunked ? std::span(framed) : std::span(framed).subspan(1, 1), timeout_ms);
      auto written = co_await writing;
      if (!written) co_return upstream_failed(journey, written.error());
      continue;
    }
    if (rest.done()) break;
    auto waiting = body.wait_for_more();
    auto waited = co_await waiting;
    if (!waited) co_return client_failed(journey, waited.error());
  }
  if (!chunked) co_return {};
  auto writing = upstream.write(http::last_chunk, timeout_ms);
  auto written = co_await writing;
  if (!written) co_return upstream_failed(journey, written.error());
  co_return {};
}

}  // namespace

async::Task<async::Result<void>> upload(Journey& journey, std::string_view host) {
  RequestBody& body = journey.body;
  const http::BodyFraming framing = body.outgoing();
  const bool whole = body.complete();
  const bool chunked = framing.kind == http::Framing::chunked;
  net::Block block = journey.worker.blocks.take();
  http::Out out(block.span());
  const UpstreamHead head{host, framing, journey.websocket};
  write_upstream_head(journey.exchange, head, journey.worker.options, out);
  std::string_view kept = body.kept();
  const bool framed = chunked && !kept.empty();
  if (framed) out.text(http::ChunkSize(kept.size()).text());
  if (kept.size() <= joined_bytes_max) {
    out.text(kept);
    if (framed) out.text(http::chunk_end);
    kept = {};
  }
  const std::string_view parts[] = {out.view(), kept, framed ? http::chunk_end : ""};
  auto writing = journey.upstream->stream->write(std::span(parts).subspan(0, kept.empty() ? 1 : 3), journey.exchange.service->write_timeout_ms);
  auto written = co_await writing;
  block.release();
  if (!written) co_return upstream_failed(journey, written.error());
  journey.uploaded_ms = journey.worker.loop.now_ms();
  if (whole) co_return {};
  auto sending = send_rest(journey, chunked);
  auto sent = co_await sending;
  journey.uploaded_ms = journey.worker.loop.now_ms();
  co_return sent;
}

}  // namespace proxy
