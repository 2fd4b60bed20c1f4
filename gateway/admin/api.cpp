#include "gateway/admin/api.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <thread>

#include "gateway/admin/line_file.h"
#include "gateway/admin/resources.h"
#include "gateway/admin/server.h"
#include "gateway/observe/access_line.h"

namespace admin {

namespace {

using Clock = std::chrono::steady_clock;

std::string lower_media_type(const std::string& header) {
  std::string type = header.substr(0, header.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return type;
}

bool has_body(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return (!length.empty() && length != "0") || request.has_header("Transfer-Encoding");
}

std::string what_of(const std::exception_ptr& fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an unknown fault";
  }
}

std::string_view version_of(const httplib::Request& request) { return request.version == "HTTP/1.0" ? "HTTP/1.0" : "HTTP/1.1"; }

std::string subject_of(const SSL* tls) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(tls != nullptr ? SSL_get1_peer_certificate(tls) : nullptr, X509_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
  if (!certificate || !text) return {};
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(std::max(size, 0L)));
}

std::string now_utc() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  char text[32];
  tm parts{};
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts)));
}

constexpr size_t audited_target_bytes_max = 1024;

// What one body takes of the memory that all of them may have.
class Share {
 public:
  explicit Share(std::atomic<size_t>& all) : all_(all) {}
  ~Share() { all_ -= mine_; }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

  // What all have then, in bytes.
  size_t take(size_t bytes) {
    mine_ += bytes;
    return all_ += bytes;
  }

 private:
  std::atomic<size_t>& all_;
  size_t mine_ = 0;
};

}  // namespace

struct Api::Parts {
  Node& node;
  Options options;
  Routes routes;
  struct Listener {
    std::unique_ptr<Server> http;
    std::thread thread;
    uint16_t port = 0;
  };
  std::vector<Listener> listeners;
  std::optional<observe::LogFiles::File> access_log;
  LineFile audit_log;  // written before the answer goes out
  std::atomic<size_t> bodies_bytes{0};  // of all clients, while they are received and worked on

  Parts(Node& of, Options given)
      : node(of), options(std::move(given)), routes(options.status_only ? status_routes(node) : admin_routes(node)), audit_log(options.audit_log, 0600) {
    if (options.log_files != nullptr && options.access_log != "off") access_log = options.log_files->file(options.access_log);
  }

  Caller caller_of(const httplib::Request& from) const;
  std::string hash() const;
  bool let_in(const httplib::Request& from, httplib::Response& to);
  void audit(const httplib::Request& from, const Caller& caller, int status, const std::string& hash_before);

  void serve(const httplib::Request& from, httplib::Response& to, std::string body, Pairs parts);
  void receive(const httplib::Request& from, httplib::Response& to, const httplib::ContentReader& reader);
  void log(const httplib::Request& from, const httplib::Response& to);
  void dress(httplib::Server& server);
  bool bind(const Listen& listen, std::vector<std::string>& errors);
};

Caller Api::Parts::caller_of(const httplib::Request& from) const {
  return identify(options.access, {from.get_header_value("Authorization"), from.get_header_value("Kong-Admin-Token"), subject_of(from.ssl), from.remote_addr});
}

std::string Api::Parts::hash() const {
  const auto config = node.config();
  return config != nullptr ? config->hash : std::string(32, '0');
}

// One line for each attempt to change something: who, from where, what, and what came of it. Bodies hold secrets and are not told.
void Api::Parts::audit(const httplib::Request& from, const Caller& caller, int status, const std::string& hash_before) {
  if (!audit_log.wanted() || only_reads(from.method)) return;
  const std::string address = from.remote_port > 0 ? from.remote_addr + ":" + std::to_string(from.remote_port) : from.remote_addr;
  const auto member = [](std::string_view name, std::string_view text) { return "\"" + std::string(name) + "\":" + admin::quoted(text) + ","; };
  const bool written = audit_log.write("{" + member("at", now_utc()) + member("who", caller.name) + member("from", address) + member("method", from.method) +
                                       member("target", std::string_view(from.target).substr(0, audited_target_bytes_max)) + member("hash_before", hash_before) +
                                       member("hash_after", hash()) + "\"status\":" + std::to_string(status) + "}");
  if (!written) std::fprintf(stderr, "%s: the audit log cannot be written\n", options.audit_log.c_str());
}

// False: it has been answered. Before its body is read: nobody fills memory without being known.
bool Api::Parts::let_in(const httplib::Request& from, httplib::Response& to) {
  if (options.access.open()) return true;
  const Caller caller = caller_of(from);
  if (caller.role == Role::full || (caller.role == Role::reader && only_reads(from.method))) return true;
  const bool unknown = caller.role == Role::none;
  const Answer refusal = unknown ? message(401, "a token is needed") : message(403, "this token may only read");
  to.status = refusal.status;
  to.set_content(refusal.body, refusal.content_type);
  if (unknown) to.set_header("WWW-Authenticate", "Bearer realm=\"Admin API\"");
  if (has_body(from)) to.set_header("Connection", "close");
  audit(from, caller, to.status, hash());
  return false;
}

void Api::Parts::serve(const httplib::Request& from, httplib::Response& to, std::string body, Pairs parts) {
  const auto started = Clock::now();
  if (from.method == "TRACE" || from.method == "CONNECT") {
    const Answer refusal = stock_page(405, "Not Allowed");
    to.status = refusal.status;
    to.set_content(refusal.body, refusal.content_type);
    return to.set_header("Connection", "close");
  }
  Request request;
  request.method = from.method;
  request.content_type = lower_media_type(from.get_header_value("Content-Type"));
  request.body = std::move(body);
  request.parts = std::move(parts);
  set_target(request, from.target);
  const Caller caller = caller_of(from);
  request.identity = caller.name;
  request.masked = caller.role != Role::full;
  const std::string hash_before = only_reads(from.method) ? std::string() : hash();
  const Answer answer = routes.answer(request);
  to.status = answer.status;
  audit(from, caller, to.status, hash_before);
  if (!answer.content_type.empty()) to.set_content(answer.body, answer.content_type);
  for (const auto& [name, value] : answer.headers) to.set_header(name, value);
  to.set_header("Access-Control-Allow-Origin", "*");
  to.set_header("Access-Control-Allow-Credentials", "true");
  if (!options.latency_header) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
  to.set_header("X-Kong-Admin-Latency", std::to_string(took.count()));
}

// The library bounds bodies with a length only after it has read them, and chunked ones not at all: both are judged here.
void Api::Parts::receive(const httplib::Request& from, httplib::Response& to, const httplib::ContentReader& reader) {
  // The rest of the body is not read.
  const auto refuse = [&to](int status, std::string_view why) {
    const Answer refusal = message(status, why);
    to.status = refusal.status;
    to.set_content(refusal.body, refusal.content_type);
    to.set_header("Connection", "close");
  };
  const std::string too_large = "the body is larger than " + std::to_string(options.body_bytes_max) + " bytes";
  const std::string announced = from.get_header_value("Content-Length");
  uint64_t length = 0;
  const auto read = std::from_chars(announced.data(), announced.data() + announced.size(), length);
  if (read.ec == std::errc::result_out_of_range || length > options.body_bytes_max) return refuse(413, too_large);
  std::string body;
  Pairs parts;
  size_t received = 0;
  Share share(bodies_bytes);
  const size_t all_bytes_max = options.body_bytes_max * 2;
  bool crowded = false;
  const auto fits = [&](size_t more) {
    if ((received += more) > options.body_bytes_max) return false;
    crowded = share.take(more) > all_bytes_max;
    return !crowded;
  };
  bool whole = false;  // a prefix of a configuration may well be one
  if (from.is_multipart_form_data()) {
    whole = reader(
        [&](const httplib::MultipartFormData& part) { return parts.emplace_back(part.name, std::string()), parts.size() <= 1000; },
        [&](const char* data, size_t size) { return fits(size) && !parts.empty() && (parts.back().second.append(data, size), true); });
  } else {
    whole = reader([&](const char* data, size_t size) { return fits(size) && (body.append(data, size), true); });
  }
  if (received > options.body_bytes_max || to.status == 413) return refuse(413, too_large);
  if (crowded) {
    to.set_header("Retry-After", "1");
    return refuse(503, "other clients send large bodies at the moment");
  }
  if (!whole) return refuse(400, "the body did not arrive as announced");
  serve(from, to, std::move(body), std::move(parts));
}

void Api::Parts::log(const httplib::Request& from, const httplib::Response& to) {
  const std::string referer = from.get_header_value("Referer"), user_agent = from.get_header_value("User-Agent");
  observe::LogTime time;
  std::string text;
  observe::append_access_line(text,
                              {.client_ip = from.remote_addr,
                               .method = from.method,
                               .target = from.target,
                               .version = version_of(from),
                               .status = to.status,
                               .body_bytes = from.method == "HEAD" ? 0 : to.body.size(),
                               .referer = referer,
                               .user_agent = user_agent,
                               .request_id = {}},
                              time.text(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  options.log_files->append_block(*access_log, std::move(text), 1);
}

void Api::Parts::dress(httplib::Server& server) {
  using Verdict = httplib::Server::HandlerResponse;
  // Without a body the answer is made before the library looks for one: it would wait for a POST's body until the connection ends.
  server.set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
    if (!let_in(from, to)) return Verdict::Handled;
    const bool may_have_body = from.method == "POST" || from.method == "PUT" || from.method == "PATCH" || from.method == "DELETE";
    if (may_have_body && has_body(from)) return Verdict::Unhandled;
    serve(from, to, {}, {});
    // A body that no method of ours has would be taken for the next request.
    if (!may_have_body && has_body(from)) to.set_header("Connection", "close");
    return Verdict::Handled;
  });
  const auto receiving = [this](const httplib::Request& from, httplib::Response& to, const httplib::ContentReader& reader) { receive(from, to, reader); };
  server.Post(".*", receiving);
  server.Put(".*", receiving);
  server.Patch(".*", receiving);
  server.Delete(".*", receiving);
  server.set_exception_handler([this](const httplib::Request& from, httplib::Response& to, std::exception_ptr fault) {
    if (options.error_log != nullptr) options.error_log->print(observe::Level::error, {.field = {}, .peer = from.remote_addr, .route = {}, .request_id = {}},
                                                               "{} {}: {}", from.method, from.path, what_of(fault));
    to.status = 500;
    to.set_content("{\"message\":\"An unexpected error occurred\"}", "application/json; charset=utf-8");
  });
  server.set_post_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
    to.headers.erase("Keep-Alive");
    to.headers.erase("Accept-Ranges");
    // A 304 keeps its length of 0: simple clients would wait for a body until the connection ends.
    if (to.status == 204) to.headers.erase("Content-Length");
    if (!to.has_header("Connection")) to.set_header("Connection", "keep-alive");
    if (options.server_header && from.method != "TRACE") to.set_header("Server", "gateway/" GATEWAY_VERSION);
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    char date[64];
    tm parts{};
    if (std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts)) > 0) to.set_header("Date", date);
  });
  if (access_log) server.set_logger([this](const httplib::Request& from, const httplib::Response& to) { log(from, to); });
  server.set_payload_max_length(options.body_bytes_max);
  server.set_keep_alive_max_count(1000);
  server.set_keep_alive_timeout(5);
  server.set_read_timeout(30);
  server.set_tcp_nodelay(true);
}

bool Api::Parts::bind(const Listen& listen, std::vector<std::string>& errors) {
  const std::string where = !listen.unix_path.empty() ? "unix:" + listen.unix_path : listen.address + ":" + std::to_string(listen.port);
  Listener listener;
  TlsContext tls(nullptr, SSL_CTX_free);
  if (listen.ssl && !(tls = make_tls_context(options.certificate, options.certificate_key, options.client_ca))) {
    return errors.push_back(where + ": the certificate, its key or the certificates of clients cannot be used"), false;
  }
  if (tls && options.tune_tls) options.tune_tls(tls.get());
  listener.http = std::make_unique<Server>(std::move(tls), options.connections_max);
  dress(*listener.http);
  // Two processes must not share the port unnoticed, which the library's default (SO_REUSEPORT) would allow.
  listener.http->set_socket_options([](int socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  bool bound = false;
  if (!listen.unix_path.empty()) {
    unlink(listen.unix_path.c_str());
    listener.http->set_address_family(AF_UNIX);
    bound = listener.http->bind_to_port(listen.unix_path, 80);
  } else if (listen.port == 0) {
    const int port = listener.http->bind_to_any_port(listen.address);
    bound = port > 0;
    listener.port = static_cast<uint16_t>(std::max(port, 0));
  } else {
    bound = listener.http->bind_to_port(listen.address, listen.port);
    listener.port = listen.port;
  }
  if (!bound) return errors.push_back(where + ": cannot listen"), false;
  listener.http->widen_backlog();
  listeners.push_back(std::move(listener));
  return true;
}

Api::Api(Node& node, Options options) : parts_(std::make_unique<Parts>(node, std::move(options))) {}

Api::~Api() { stop(); }

bool Api::start(std::vector<std::string>& errors) {
  bool good = !parts_->audit_log.wanted() || parts_->audit_log.usable();
  if (!good) errors.push_back(parts_->options.audit_log + ": the audit log cannot be written");
  for (const Listen& listen : parts_->options.listens) good = parts_->bind(listen, errors) && good;
  if (!good) return parts_->listeners.clear(), false;
  for (Parts::Listener& listener : parts_->listeners) {
    listener.thread = std::thread([http = listener.http.get()] { http->listen_after_bind(); });
    // stop() has no effect on a server that does not run yet.
    while (!listener.http->is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void Api::stop() {
  for (Parts::Listener& listener : parts_->listeners) listener.http->stop();
  for (Parts::Listener& listener : parts_->listeners) {
    if (listener.thread.joinable()) listener.thread.join();
  }
  parts_->listeners.clear();
}

void Api::reopen_logs() { parts_->audit_log.reopen(); }

std::vector<uint16_t> Api::ports() const {
  std::vector<uint16_t> ports;
  for (const Parts::Listener& listener : parts_->listeners) ports.push_back(listener.port);
  return ports;
}

}  // namespace admin
