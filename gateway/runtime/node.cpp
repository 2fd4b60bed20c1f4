#include "gateway/runtime/node.h"

#include <ctime>
#include <latch>

#include "gateway/runtime/file_text.h"
#include "gateway/runtime/gauges.h"
#include "gateway/runtime/proxy_options.h"
#include "gateway/runtime/self_signed.h"
#include "schema/report.h"
#include "schema/uuid.h"

namespace runtime {

using observe::Level;

namespace {

constexpr size_t warnings_max = 100;  // shown in /status; the log has them all

// A certificate setting is a path or the PEM text itself.
std::string pem_of(const std::string& setting) {
  if (setting.find("-----BEGIN") != std::string::npos) return setting;
  return read_text(setting).value_or("");
}

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
      upstream_tls_(net::TlsContext::client()),
      listens_(settings.proxy_listen) {
  upstream_tls_->trust_system();
  register_gauges(state_.metrics, *this);
}

Node::~Node() { stop(); }

schema::LoadOptions Node::load_options() const {
  schema::LoadOptions options;
  options.unknown_plugins = settings_.skip_unknown_plugins ? schema::UnknownPlugins::skip : schema::UnknownPlugins::refuse;
  options.expressions_flavor = settings_.router_flavor == RouterFlavor::expressions;
  return options;
}

std::vector<schema::Source> Node::configured_sources(schema::Problems& problems) const {
  if (!settings_.configuration_paths.empty()) return schema::open_sources(settings_.configuration_paths, problems);
  if (!settings_.declarative_config.empty()) return schema::open_sources({settings_.declarative_config}, problems);
  std::string text = settings_.declarative_config_string.empty() ? "_format_version: \"3.0\"\n" : settings_.declarative_config_string;
  return {{"declarative_config_string", std::move(text), schema::Syntax::detect}};
}

void Node::report(const schema::Problems& problems, const schema::Document& document, std::string_view head) {
  if (problems.all().empty()) return;
  log_.write(problems.any_error() ? Level::error : Level::warn, head);
  for (const schema::Problem& problem : problems.all())
    log_.write(problem.severity == schema::Severity::error ? Level::error : Level::warn, schema::report_line(problem, document));
}

void Node::note_refusal(std::string source, const schema::Problems& problems, const schema::Document& document) {
  refused_count_.fetch_add(1, std::memory_order_relaxed);
  admin::Refusal refusal{static_cast<int64_t>(std::time(nullptr)), std::move(source), {}, problems.errors()};
  for (const schema::Problem& problem : problems.all())
    if (problem.severity == schema::Severity::error && refusal.first.empty()) refusal.first = schema::report_line(problem, document);
  std::scoped_lock guard(config_mutex_);
  refusal_ = std::move(refusal);
}

// What a load leaves behind: the configuration that is served now, and what people should know of it.
void Node::adopt(const admin::LoadOutcome& outcome) {
  std::vector<std::string> warnings;
  for (const std::string& skipped : outcome.config->skipped_plugins) {
    warnings.push_back("plugin left out: " + skipped);
    log_.write(Level::warn, warnings.back());
  }
  for (const schema::Problem& problem : outcome.problems.all())
    if (warnings.size() < warnings_max) warnings.push_back(schema::report_line(problem, outcome.config->document));
  loaded_count_.fetch_add(1, std::memory_order_relaxed);
  state_.marks.keep_only(*outcome.config);
  std::scoped_lock guard(config_mutex_);
  config_ = outcome.config;
  warnings_ = std::move(warnings);
  refusal_.reset();
  log_.print(Level::notice, "configuration {} loaded: {} services, {} routes, {} plugins", config_->hash, config_->services.size(),
             config_->routes.size(), config_->plugins.size());
}

bool Node::start() {
  std::vector<std::string> errors;
  options_ = proxy_options(settings_, errors);
  if (any_ssl(listens_)) {
    server_tls_ = net::TlsContext::server();
    PemPair pair = settings_.ssl_cert.empty() ? make_self_signed() : PemPair{pem_of(settings_.ssl_cert[0]), pem_of(settings_.ssl_cert_key[0])};
    auto used = server_tls_->use_certificate(pair.certificate, pair.key);
    if (!used) errors.push_back("ssl_cert: " + std::string(used.error().what));
  }
  for (const std::string& error : errors) log_.write(Level::error, error);
  if (!errors.empty()) return false;

  schema::Problems problems;
  auto sources = configured_sources(problems);
  if (problems.any_error()) {
    report(problems, {}, "the configuration cannot be read:");
    return false;
  }
  admin::LoadOutcome outcome = load(std::move(sources), false);
  return outcome.loaded;
}

admin::LoadOutcome Node::load(std::vector<schema::Source> sources, bool dry_run) {
  std::scoped_lock one_at_a_time(load_mutex_);
  loading_ = true;
  admin::LoadOutcome outcome;
  std::string source = sources.empty() ? std::string() : sources.front().name;
  auto config = schema::load(std::move(sources), outcome.problems, load_options(), &outcome.document);
  std::shared_ptr<const proxy::Snapshot> snapshot;
  if (config != nullptr) {
    outcome.config = std::move(config);
    snapshot = compile(outcome.config, settings_, state_, generation_ + 1, node_id_, outcome.problems);
  }
  const schema::Document& document = outcome.config ? outcome.config->document : outcome.document;
  if (snapshot == nullptr && !dry_run) note_refusal(std::move(source), outcome.problems, document);
  report(outcome.problems, document,
         outcome.problems.any_error() ? "configuration refused; nothing has changed:" : "configuration accepted with warnings:");
  if (snapshot != nullptr && !dry_run) {
    ++generation_;
    if (workers_.empty())
      outcome.loaded = start_workers(snapshot);
    else {
      publish(snapshot);
      outcome.loaded = true;
    }
    if (outcome.loaded) adopt(outcome);
  } else {
    outcome.loaded = snapshot != nullptr;
  }
  loading_ = false;
  return outcome;
}

bool Node::start_workers(std::shared_ptr<const proxy::Snapshot> first) {
  // Old snapshots are large trees: they are freed on the control thread, not between two requests.
  auto retire = [this](std::shared_ptr<const proxy::Snapshot> old) { control_.post([old = std::move(old)]() mutable { old.reset(); }); };
  for (uint32_t i = 0; i < settings_.workers; ++i) {
    auto worker = std::make_unique<WorkerThread>(WorkerThread::Shared{settings_, options_, server_tls_.get(), *upstream_tls_, state_.marks, retire, first});
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

void Node::reload() {
  schema::Problems problems;
  auto sources = configured_sources(problems);
  if (problems.any_error()) {
    note_refusal("file", problems, {});
    return report(problems, {}, "the configuration cannot be read; nothing has changed:");
  }
  load(std::move(sources), false);
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

uint64_t Node::in_flight() {
  uint64_t count = 0;
  for (auto& worker : workers_) count += worker->counters()->writing.load(std::memory_order_relaxed);
  return count;
}

}  // namespace runtime
