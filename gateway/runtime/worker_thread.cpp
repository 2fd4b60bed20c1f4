#include "gateway/runtime/worker_thread.h"

#include <atomic>
#include <cstring>

#include "gateway/net/tls_stream.h"
#include "gateway/proxy/client_connection.h"

namespace runtime {

namespace {

proxy::ClientSide side_of(const net::Stream& stream) {
  // Numbers connections of all workers; only uniqueness matters.
  static std::atomic<uint64_t> next_connection{1};
  proxy::ClientSide side;
  const net::Address peer = stream.peer(), local = stream.local();
  side.peer_ip = peer.ip();
  side.peer_port = peer.port();
  side.server_ip = local.ip();
  side.server_port = local.port();
  side.connection = next_connection.fetch_add(1, std::memory_order_relaxed);
  return side;
}

async::Task<void> serve_tls(proxy::Worker& worker, std::unique_ptr<net::Stream> plain, const net::TlsContext& context, proxy::ConnectionLimit::Place place) {
  auto tls = net::TlsStream::server(std::move(plain), context);
  auto stay = std::make_unique<proxy::IdleConnections::Stay>(worker.idle, *tls, true);
  auto shaking = tls->handshake(worker.options.header_timeout_ms);
  auto shaken = co_await shaking;
  stay.reset();
  if (!shaken && net::spoke_plain_http(shaken.error())) {
    auto refusing = proxy::refuse_plain_http(worker, tls->inner());
    co_await refusing;
  }
  if (!shaken) co_return;
  proxy::ClientSide side = side_of(*tls);
  side.tls = true;
  if (const net::TlsInfo* info = tls->tls()) {
    side.sni = info->sni;
    side.tls_version = info->version;
    side.tls_cipher = info->cipher;
  }
  auto serving = proxy::serve_connection(worker, std::move(tls), std::move(side), std::move(place));
  co_await serving;
}

constexpr uint32_t sweep_every_ms = 5'000;

// Handshakes that have begun when the listeners close need a round trip; a first request may need another, and some time at its sender's.
constexpr uint32_t handshakes_end_ms = 50, first_request_ms = 1'000, look_every_ms = 20;

// Connections over the limit that are being told so; beyond that they are closed without a word.
constexpr uint64_t told_at_once_max = 256;
// Idle ones that go when descriptors run out, and how often the log says so.
constexpr size_t shed_at_once = 32;
constexpr uint64_t say_every_ms = 10'000;

}  // namespace

WorkerThread::~WorkerThread() { stop(); }

std::string WorkerThread::start(std::vector<Listen>& listens) {
  std::promise<std::string> started;
  auto outcome = started.get_future();
  thread_ = std::thread([this, &listens, &started] { run(&listens, &started); });
  return outcome.get();
}

void WorkerThread::run(std::vector<Listen>* listens, std::promise<std::string>* started) {
  loop_ = std::make_unique<net::Loop>();
  net::ResolverOptions dns;
  dns.servers = shared_.settings.dns_resolver;
  dns.hosts_file = shared_.settings.dns_hostsfile;
  dns.ttl_max_s = shared_.settings.dns_valid_ttl_s;
  dns.negative_ttl_s = shared_.settings.dns_not_found_ttl_s;
  dns.error_ttl_s = shared_.settings.dns_error_ttl_s;
  dns.stale_ttl_s = shared_.settings.dns_stale_ttl_s;
  dns.names_max = shared_.settings.dns_cache_size;
  dns.v6_first = shared_.settings.dns_v6_first;
  dns.v4_too = shared_.settings.dns_v4_too;
  resolver_ = std::make_unique<net::Resolver>(*loop_, dns);
  worker_ = std::make_unique<proxy::Worker>(*loop_, *resolver_, shared_.upstream_tls, shared_.options, shared_.loads, shared_.retire);
  worker_->marks = &shared_.marks;
  worker_->fault_log = std::make_unique<proxy::FaultLog>(shared_.log, *loop_);
  if (const std::string& path = shared_.settings.proxy_access_log; path != "off")
    worker_->access_log = std::make_unique<proxy::AccessLog>(*loop_, shared_.log_files, shared_.log_files.file(path));
  worker_->snapshots.publish(std::move(shared_.first));
  std::string error = open_listeners(*listens);
  const bool good = error.empty();
  started->set_value(std::move(error));
  if (!good) return;

  loop_->arm(sweep_, sweep_every_ms);
  loop_->run();

  // In the order of dependence: listeners, connections, then what they used.
  listeners_.clear();
  loop_->scope().cancel_all();
}

void WorkerThread::sweep_due(void* self) {
  auto& thread = *static_cast<WorkerThread*>(self);
  thread.worker_->pool.sweep(thread.loop_->now_ms());
  thread.loop_->arm(thread.sweep_, sweep_every_ms);
}

std::string WorkerThread::open_listeners(std::vector<Listen>& listens) {
  for (Listen& listen : listens) {
    net::ListenOptions options;
    if (!listen.unix_path.empty()) {
      options.address = net::Address::from_path(listen.unix_path);
    } else {
      auto address = net::Address::from_ip(listen.address, listen.port);
      if (!address) return "proxy_listen: " + listen.address + ": not an address";
      options.address = *address;
    }
    options.backlog = listen.backlog;
    const bool tls = listen.ssl;
    auto opened = net::Listener::open(*loop_, options, [this, tls](std::unique_ptr<net::Stream> stream) { welcome(std::move(stream), tls); });
    if (!opened)
      return "proxy_listen: " + options.address.text() + ": " + std::string(opened.error().what) + ": " + std::strerror(opened.error().code);
    listen.port = (*opened)->port();
    (*opened)->on_exhausted([this](int code) { make_room(code); });
    listeners_.push_back(std::move(*opened));
  }
  return {};
}

void WorkerThread::welcome(std::unique_ptr<net::Stream> stream, bool tls) {
  auto place = shared_.connections.take();
  // At the limit the connection that has been idle for longest makes room; where none is, there is real work for all.
  if (!place && worker_->idle.end(1, false) == 1) place = shared_.connections.take_beyond();
  if (!place) return turn_away(std::move(stream), tls);
  if (tls) return loop_->spawn(serve_tls(*worker_, std::move(stream), *shared_.server_tls, std::move(place)));
  proxy::ClientSide side = side_of(*stream);
  loop_->spawn(proxy::serve_connection(*worker_, std::move(stream), std::move(side), std::move(place)));
}

// A handshake would cost more than all the rest, so a TLS client is only told by the end.
void WorkerThread::turn_away(std::unique_ptr<net::Stream> stream, bool tls) {
  proxy::Counters& counters = worker_->counters;
  proxy::Counters::add(counters.accepted);
  proxy::Counters::add(counters.turned_away);
  worker_->fault_log->turned_away(stream->peer());
  if (tls || worker_->telling >= told_at_once_max) return;
  loop_->spawn(proxy::turn_away(*worker_, std::move(stream)));
}

// Out of descriptors: idle clients go, so that those who wait in the backlog can come in. Idle upstream connections stay: whoever is inside
// needs them.
void WorkerThread::make_room(int code) {
  const size_t ended = worker_->idle.end(shed_at_once, false);
  if (room_made_ms_ != 0 && loop_->now_ms() - room_made_ms_ < say_every_ms) return;
  room_made_ms_ = loop_->now_ms();
  shared_.log.print(observe::Level::crit, "no new connections for a moment: {}; {} idle ones are closed (limits: RLIMIT_NOFILE, connections_max)",
                    std::strerror(code), ended);
}

void WorkerThread::publish(std::shared_ptr<const proxy::Snapshot> snapshot, std::function<void()> done) {
  loop_->post([this, snapshot = std::move(snapshot), done = std::move(done)]() mutable {
    worker_->snapshots.publish(std::move(snapshot));
    done();
  });
}

void WorkerThread::drain() {
  loop_->post([this] { worker_->draining = true; });
}

void WorkerThread::close_listeners() {
  loop_->post([this] {
    for (auto& listener : listeners_) listener->refuse_new();
    closing_ms_ = loop_->now_ms();
    loop_->arm(closing_, handshakes_end_ms);
  });
}

void WorkerThread::closing_due(void* self) {
  auto& thread = *static_cast<WorkerThread*>(self);
  for (auto& listener : thread.listeners_) listener->accept_rest();
  thread.listeners_.clear();
  thread.listeners_closed_.store(true, std::memory_order_release);
  thread.worker_->idle.end(SIZE_MAX, thread.loop_->now_ms() - thread.closing_ms_ >= first_request_ms);
  thread.loop_->arm(thread.closing_, look_every_ms);
}

void WorkerThread::stop() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
}

}  // namespace runtime
