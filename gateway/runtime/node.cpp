#include "gateway/runtime/node.h"

#include <algorithm>
#include <latch>

#include "gateway/runtime/descriptors.h"
#include "gateway/runtime/file_text.h"
#include "gateway/runtime/gauges.h"
#include "gateway/runtime/memory.h"
#include "gateway/runtime/proxy_options.h"
#include "gateway/runtime/self_signed.h"
#include "gateway/runtime/tls_settings.h"
#include "schema/uuid.h"

namespace runtime {

using observe::Level;

namespace {

// A certificate setting is a path or the PEM text itself.
std::string pem_of(const std::string& setting) {
  if (setting.find("-----BEGIN") != std::string::npos) return setting;
  return read_text(setting).value_or("");
}

// Each client may have an upstream.
uint64_t connections_for(uint64_t descriptors) { return std::max<uint64_t>(descriptors / 2, 1); }

bool any_ssl(const std::vector<Listen>& listens) {
  for (const Listen& listen : listens)
    if (listen.ssl) return true;
  return false;
}

}  // namespace

Node::Node(const Settings& settings, observe::Log& log, net::Loop& control)
    : settings_(settings),
      log_(log),
      control_(control),
      node_id_(settings.node_id.empty() ? schema::uuid4() : settings.node_id),
      connection_limit_(settings.connections_max != 0 ? settings.connections_max : connections_for(descriptor_limit())),
      upstream_tls_(net::TlsContext::client()),
      listens_(settings.proxy_listen) {
  register_gauges(state_.metrics, *this);
  state_.log = &log_;
  state_.log_files.complain_to([&own_log = log_](std::string_view what) { own_log.write(Level::error, what); });
}

Node::~Node() { stop(); }

void Node::trust_authorities(std::vector<std::string>& errors) {
  for (const std::string& authority : settings_.trusted_certificates) {
    if (authority == "system") {
      upstream_tls_->trust_system();
      continue;
    }
    const auto trusted = upstream_tls_->trust(pem_of(authority));
    if (!trusted) errors.push_back("lua_ssl_trusted_certificate: " + authority.substr(0, authority.find('\n')) + ": " + std::string(trusted.error().what));
  }
}

// What the settings name must be there: certificates, and the folder that keeps configurations.
bool Node::prepare(std::vector<std::string>& errors) {
  options_ = proxy_options(settings_, errors);
  trust_authorities(errors);
  if (any_ssl(listens_)) {
    server_tls_ = net::TlsContext::server();
    tune_tls(settings_, server_tls_->native());
    PemPair pair = settings_.ssl_cert.empty() ? make_self_signed() : PemPair{pem_of(settings_.ssl_cert[0]), pem_of(settings_.ssl_cert_key[0])};
    auto used = server_tls_->use_certificate(pair.certificate, pair.key);
    if (!used) errors.push_back("ssl_cert: " + std::string(used.error().what));
  }
  if (settings_.data_dir.empty()) return errors.empty();
  generations_ = std::make_unique<Generations>(settings_.data_dir, settings_.generations_kept, disk_);
  if (const DiskFault fault = generations_->open(); fault.any()) errors.push_back("data_dir: " + fault.what);
  for (const admin::Generation& generation : generations_->all())
    if (generation.damaged) log_.print(Level::error, "generation {} in {} is damaged and passed over", generation.number, settings_.data_dir);
  return errors.empty();
}

bool Node::start() {
  std::vector<std::string> errors;
  if (prepare(errors)) {
    const bool loaded = load_first();
    return_free_pages();
    return loaded;
  }
  for (const std::string& error : errors) log_.write(Level::error, error);
  return false;
}

bool Node::start_workers(std::shared_ptr<const proxy::Snapshot> first) {
  // Old snapshots are large trees: they are freed on the control thread, not between two requests.
  auto retire = [this](std::shared_ptr<const proxy::Snapshot> old) {
    control_.post([old = std::move(old)]() mutable {
      const bool last = old.use_count() == 1;
      old.reset();
      if (last) return_free_pages();
    });
  };
  for (uint32_t i = 0; i < settings_.workers; ++i) {
    auto worker = std::make_unique<WorkerThread>(WorkerThread::Shared{settings_, options_, server_tls_.get(), *upstream_tls_, state_.marks, state_.loads, connection_limit_, log_, retire, first, state_.log_files});
    std::string error = worker->start(listens_);
    if (!error.empty()) {
      log_.write(Level::error, error);
      return false;
    }
    workers_.push_back(std::move(worker));
  }
  return true;
}

void Node::publish(const std::shared_ptr<const proxy::Snapshot>& snapshot) {
  std::latch everywhere(static_cast<ptrdiff_t>(workers_.size()));
  for (auto& worker : workers_) worker->publish(snapshot, [&everywhere] { everywhere.count_down(); });
  everywhere.wait();
}

void Node::reopen_logs() {
  log_.reopen();
  state_.log_files.reopen();
}

void Node::start_draining() {
  if (draining_.exchange(true)) return;
  for (auto& worker : workers_) worker->drain();
}

void Node::close_listeners() {
  for (auto& worker : workers_) worker->close_listeners();
}

void Node::stop() {
  for (auto& worker : workers_) worker->stop();
}

bool Node::drained() const {
  for (auto& worker : workers_)
    if (!worker->listeners_closed()) return false;
  return connection_limit_.taken() == 0;
}

}  // namespace runtime
