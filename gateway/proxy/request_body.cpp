#include "gateway/proxy/request_body.h"

namespace proxy {

RequestBody::RequestBody(net::Stream& client, Input& input, http::BodyFraming framing, bool expects_continue, const Options& options)
    : client_(client), input_(input), reader_(&input, framing), options_(options), expects_continue_(expects_continue) {}

async::Task<async::Result<void>> RequestBody::invite() {
  expects_continue_ = false;
  inviting_ = true;
  auto writing = client_.write("HTTP/1.1 100 Continue\r\n\r\n", options_.send_timeout_ms);
  auto written = co_await writing;
  inviting_ = false;
  co_return written;
}

async::Task<async::Result<void>> RequestBody::prefetch(size_t bytes_max) {
  if (expects_continue_ && !reader_.done()) {
    auto inviting = invite();
    auto invited = co_await inviting;
    if (!invited) co_return invited.error();
  }
  // The usual small body arrived with its head: it stays where it is, without a copy.
  const http::BodyFraming framing = reader_.framing();
  if (kept_.empty() && !reader_.done() && framing.kind == http::Framing::length && reader_.octets() == 0 && framing.length <= bytes_max &&
      input_.unread().size() >= framing.length) {
    kept_view_ = reader_.take();
    input_.pin();
    co_return {};
  }
  while (!reader_.done() && kept_.size() < bytes_max) {
    std::string_view piece = reader_.take();
    if (reader_.bad()) co_return async::Error{.side = async::Side::client, .what = "malformed chunk"};
    if (too_large()) co_return async::Error{.side = async::Side::client, .what = "body too large"};
    if (!piece.empty()) {
      kept_.append(piece);
      continue;
    }
    if (reader_.done()) break;
    auto waiting = wait_for_more();
    auto waited = co_await waiting;
    if (!waited) co_return waited;
  }
  co_return {};
}

async::Task<async::Result<std::string_view>> RequestBody::read_all(size_t bytes_max) {
  if (replaced_) co_return *replaced_;
  auto prefetching = prefetch(bytes_max);
  auto prefetched = co_await prefetching;
  if (!prefetched) co_return prefetched.error();
  if (!reader_.done()) co_return async::Error{.side = async::Side::client, .what = "body too large"};
  co_return kept();
}

void RequestBody::replace(std::string_view body) { replaced_ = body; }

http::BodyFraming RequestBody::outgoing() const {
  if (complete()) {
    uint64_t size = kept().size();
    if (!any() && size == 0) return {};
    return {http::Framing::length, size};
  }
  return reader_.framing();
}

BodyReader& RequestBody::rest() {
  streamed_ = true;
  return reader_;
}

bool RequestBody::worth_dropping() const {
  const http::BodyFraming framing = reader_.framing();
  return !expects_continue_ && !place_lost_ && !reader_.bad() && (framing.kind != http::Framing::length || framing.length - reader_.octets() <= dropped_bytes_max);
}

async::Task<bool> RequestBody::drop_rest() {
  const uint64_t limit = reader_.octets() + dropped_bytes_max;
  while (!reader_.done()) {
    while (!reader_.take().empty()) {
    }
    if (reader_.done()) break;
    if (reader_.bad() || reader_.octets() > limit) co_return false;
    auto filling = fill(client_, input_, 16 * 1024, dropping_timeout_ms);
    auto filled = co_await filling;
    if (!filled || *filled == 0) co_return false;
  }
  co_return true;
}

async::Task<async::Result<void>> RequestBody::wait_for_more() {
  if (expects_continue_) {
    auto inviting = invite();
    auto invited = co_await inviting;
    if (!invited) co_return invited.error();
  }
  auto filling = fill(client_, input_, 16 * 1024, options_.body_timeout_ms);
  auto filled = co_await filling;
  if (!filled) {
    async::Error error = filled.error();
    error.side = async::Side::client;
    co_return error;
  }
  if (*filled == 0) co_return async::Error{.side = async::Side::client, .what = "body cut short", .closed = true};
  co_return {};
}

}  // namespace proxy
