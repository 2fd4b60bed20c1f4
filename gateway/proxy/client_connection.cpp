#include "gateway/proxy/client_connection.h"

#include "gateway/async/abandon.h"
#include "gateway/http/write.h"
#include "gateway/proxy/product.h"

namespace proxy {

namespace {

// Counted as reading from a head's first byte to its last.
struct Reading {
  explicit Reading(Worker& own_worker) : worker(own_worker) { Counters::add(worker.counters.reading); }
  ~Reading() { Counters::subtract(worker.counters.reading); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  Worker& worker;
};

struct ReadHead {
  http::RequestHead head;
  http::ParsedHead parsed;
  bool silent = false;   // the client went away or never spoke: nothing to answer
  bool timeout = false;  // in the middle of a head
};

// Waits for the next request. An idle connection holds no buffer; a head must be whole within the header timeout.
async::Task<ReadHead> read_head(Worker& worker, net::Stream& stream, Input& input, bool first) {
  ReadHead result;
  const Options& options = worker.options;
  size_t scanned = 0;
  if (input.unread().empty()) {
    const IdleConnections::Stay stay(worker.idle, stream, first);
    auto waiting = stream.readable(first ? options.header_timeout_ms : options.keepalive_timeout_ms);
    auto waited = co_await waiting;
    if (!waited) {
      // Called off: a request that has come in this moment is served all the same.
      stream.look_anew();
      result.silent = waited.error().timeout || !stream.idle_closed_or_readable();
      if (result.silent) co_return result;
    }
  }
  const Reading reading(worker);
  const uint64_t deadline_ms = worker.loop.now_ms() + options.header_timeout_ms;
  while (true) {
    if (!input.unread().empty()) {
      result.head.headers.clear();
      result.parsed = http::parse_request(input.unread(), options.head, result.head, scanned);
      if (result.parsed.complete || result.parsed.error != http::HeadError::none) co_return result;
    }
    result.head = {};  // its views end with the next read
    const uint64_t now_ms = worker.loop.now_ms();
    const auto left_ms = static_cast<uint32_t>(deadline_ms > now_ms ? deadline_ms - now_ms : 1);
    auto filling = fill(stream, input, options.head.header_bytes_max, left_ms);
    auto filled = co_await filling;
    if (!filled || *filled == 0) {
      if (!filled && filled.error().what == "input limit") {
        result.parsed.error = http::HeadError::header_too_large;
        co_return result;
      }
      result.timeout = !filled && filled.error().timeout;
      result.silent = !result.timeout || input.unread().empty();
      co_return result;
    }
  }
}

// `begun` is what there is of the request: half a head may be all, but it tells whether a body may follow.
async::Task<void> send_refusal(Worker& worker, net::Stream& stream, int status, const http::ErrorBody& body, std::string_view request_id,
                               std::string_view begun) {
  http::ResponseHead head;
  head.status = status;
  const std::string length = std::to_string(body.body.size());
  head.headers.add(http::Name::date, http::date_value(worker.loop.wall_ms() / 1000));
  head.headers.add(http::Name::content_type, body.content_type);
  head.headers.add(http::Name::connection, "close");
  head.headers.add(http::Name::content_length, length);
  // Nothing was forwarded and nothing routed: the time is that of writing this.
  if (worker.options.response_latency_header) head.headers.add(http::Name::x_kong_response_latency, "0");
  if (worker.options.server_header) head.headers.add(http::Name::server, product);
  if (worker.options.request_id_header) head.headers.add(http::Name::x_kong_request_id, request_id);
  http::Out out;
  http::write_response_head(head, out);
  const bool bodiless = begun.substr(0, 5) == "HEAD ";
  if (!bodiless) out.text(body.body);
  auto writing = stream.write(out.view(), worker.options.send_timeout_ms);
  auto written = co_await writing;
  (void)written;
}

// A request that cannot be understood is answered without a journey: there is nothing to route.
async::Task<void> refuse(Worker& worker, net::Stream& stream, const ClientSide& side, const ReadHead& read, std::string_view begun) {
  const int status = read.timeout ? 408 : http::status_of(read.parsed.error);
  const auto id = worker.request_ids.next();
  const std::string_view request_id(id.data(), id.size());
  const std::string_view message = read.timeout ? http::http_layer_message(status) : http::http_layer_message(read.parsed.error);
  auto body = status == 501 || status == 505
                  ? http::stock_page(status)
                  : http::error_body(read.head.headers.get(http::Name::accept), read.head.headers.get(http::Name::content_type), true, message,
                                     request_id, &worker.options.error_templates);
  auto sending = send_refusal(worker, stream, status, body, request_id, begun);
  co_await sending;
  if (worker.fault_log != nullptr) worker.fault_log->head_refused(stream.peer(), read.timeout ? http::HeadError::none : read.parsed.error, request_id);
  if (worker.access_log != nullptr) worker.access_log->write_refused(side.peer_ip, *worker.snapshots.pin(), begun, status, body.body.size(), request_id);
}

// Closing while the client still sends would reset the connection and could destroy the answer on its way. So the end is announced
// and a bounded rest is read and dropped (RFC 9112 section 9.6).
async::Task<void> linger(Worker& worker, net::Stream& stream, Input& input) {
  // Enough for a client that reads nothing before it has sent a file, too little for one that never ends.
  constexpr size_t bytes_max = 64 << 20;
  constexpr uint32_t silence_ms = 2'000, time_max_ms = 30'000;
  const uint64_t end_ms = worker.loop.now_ms() + time_max_ms;
  stream.shutdown_write();
  for (size_t dropped = 0; dropped < bytes_max && worker.loop.now_ms() < end_ms;) {
    input.consume(input.unread().size());
    auto filling = fill(stream, input, 16 * 1024, silence_ms);
    auto filled = co_await filling;
    if (!filled || *filled == 0) break;
    dropped += *filled;
  }
}

// A client that leaves takes its request with it: nobody is there for the answer. One that only ends its direction cannot be told from one
// that has closed its connection, so an end that comes after the request counts as leaving, as with nginx; see Options::ignore_client_abort.
// An end that has come along with the request, or stands behind a body that is still being read, does not.
class Leaving final : private net::EndWatcher {
 public:
  Leaving(Journey& journey, async::Abandonable<bool>& serving) : journey_(journey), serving_(serving) { journey_.client.watch_end(this); }
  ~Leaving() { journey_.client.watch_end(nullptr); }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  void on_end(bool broken) override {
    if (journey_.worker.options.ignore_client_abort || journey_.upgraded) return;  // a tunnel passes ends on
    if (broken || journey_.body.fully_read()) serving_.abandon();
  }
  Journey& journey_;
  async::Abandonable<bool>& serving_;
};

struct Active {
  explicit Active(Worker& own_worker) : worker(own_worker) {
    Counters::add(worker.counters.accepted);
    Counters::add(worker.counters.active);
  }
  ~Active() { Counters::subtract(worker.counters.active); }
  Worker& worker;
};

struct Telling {
  explicit Telling(Worker& own_worker) : worker(own_worker) { ++worker.telling; }
  ~Telling() { --worker.telling; }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;
  Worker& worker;
};

}  // namespace

async::Task<void> refuse_plain_http(Worker& worker, net::Stream& stream) {
  Input input(worker.blocks);
  const auto id = worker.request_ids.next();
  const std::string_view request_id(id.data(), id.size());
  http::ErrorBody body = http::stock_page(400, "The plain HTTP request was sent to HTTPS port");
  auto sending = send_refusal(worker, stream, 400, body, request_id, {});
  co_await sending;
  if (worker.access_log != nullptr) worker.access_log->write_refused(stream.peer().ip(), *worker.snapshots.pin(), {}, 400, body.body.size(), request_id);
  auto lingering = linger(worker, stream, input);
  co_await lingering;
}

async::Task<void> turn_away(Worker& worker, std::unique_ptr<net::Stream> stream) {
  const Telling telling(worker);
  Input input(worker.blocks);
  const auto id = worker.request_ids.next();
  const std::string_view request_id(id.data(), id.size());
  // The request is not waited for, so nothing tells which form its sender would like.
  auto body = http::error_body({}, {}, false, "Service unavailable", request_id, &worker.options.error_templates);
  auto sending = send_refusal(worker, *stream, 503, body, request_id, {});
  co_await sending;
  auto lingering = linger(worker, *stream, input);
  co_await lingering;
}

async::Task<void> serve_connection(Worker& worker, std::unique_ptr<net::Stream> stream, ClientSide side, [[maybe_unused]] ConnectionLimit::Place place) {
  Active active(worker);
  Input input(worker.blocks);
  while (true) {
    auto reading = read_head(worker, *stream, input, side.requests == 0);
    ReadHead read = co_await reading;
    if (read.silent) co_return;
    if (!read.parsed.complete) {
      auto refusing = refuse(worker, *stream, side, read, input.unread());
      co_await refusing;
      break;
    }
    ++side.requests;
    input.consume(read.parsed.bytes);
    input.pin();
    auto journey = std::make_unique<Journey>(worker, *stream, input, side, std::move(read.head), read.parsed, read.parsed.bytes);
    bool next = false, lost = true;
    {
      async::Abandonable<bool> serving(worker.loop.ready(), serve(*journey));
      const Leaving leaving(*journey, serving);
      const std::optional<bool> served = co_await serving;
      if (served) next = *served, lost = journey->client_lost;
    }
    journey->client_lost = lost;
    journey.reset();
    if (lost) co_return;
    if (!next) break;
    input.unpin();
  }
  auto lingering = linger(worker, *stream, input);
  co_await lingering;
}

}  // namespace proxy
