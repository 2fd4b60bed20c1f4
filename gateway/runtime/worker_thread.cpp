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

async::Task<void> serve_tls(proxy::Worker& worker, std::unique_ptr<net::Stream> plain, const net::TlsContext& context) {
  auto tls = net::TlsStream::server(std::move(plain), context);
  auto shaking = tls->handshake(worker.options.header_timeout_ms);
  auto shaken = co_await shaking;
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
  auto serving = proxy::serve_connection(worker, std::move(tls), std::move(side));
  co_await serving;
}

constexpr uint32_t sweep_every_ms = 5'000;

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
  worker_ = std::make_unique<proxy::Worker>(*loop_, *resolver_, shared_.upstream_tls, shared_.options, shared_.retire);
  worker_->marks = &shared_.marks;
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
    auto opened = net::Listener::open(*loop_, options, [this, tls](std::unique_ptr<net::Stream> stream) {
      if (tls)
        loop_->spawn(serve_tls(*worker_, std::move(stream), *shared_.server_tls));
      else {
        proxy::ClientSide side = side_of(*stream);
        loop_->spawn(proxy::serve_connection(*worker_, std::move(stream), std::move(side)));
      }
    });
    if (!opened)
      return "proxy_listen: " + options.address.text() + ": " + std::string(opened.error().what) + ": " + std::strerror(opened.error().code);
    listen.port = (*opened)->port();
    listeners_.push_back(std::move(*opened));
  }
  return {};
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
  loop_->post([this] { listeners_.clear(); });
}

void WorkerThread::stop() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
}

}  // namespace runtime
