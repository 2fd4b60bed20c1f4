#include "gateway/proxy/access_log.h"

#include <algorithm>
#include <span>
#include <utility>

#include "gateway/http/query.h"
#include "gateway/proxy/journey.h"

namespace proxy {

namespace {

constexpr size_t block_bytes = 32 * 1024;
constexpr size_t usual_line_bytes_max = 2 * 1024;

bool is_secret(const http::Parameter& parameter, std::span<const std::string> names) {
  if (!parameter.has_value) return false;
  const bool escaped = parameter.name.find_first_of("%+") != std::string_view::npos;
  const std::string decoded = escaped ? http::decode(parameter.name, true) : std::string();
  const std::string_view name = escaped ? std::string_view(decoded) : parameter.name;
  return std::ranges::any_of(names, [name](const std::string& secret) { return http::equal_names(secret, name); });
}

// A target or a referring URL with the values of secret parameters blotted out; the text itself when it has none.
std::string_view without_secrets(std::string_view uri, std::span<const std::string> names, std::string& scratch) {
  const size_t question = names.empty() ? std::string_view::npos : uri.find('?');
  if (question == std::string_view::npos) return uri;
  scratch.clear();
  size_t kept_from = 0;
  http::each_parameter(uri.substr(question + 1), [&](const http::Parameter& parameter) {
    if (!is_secret(parameter, names)) return true;
    const auto value = static_cast<size_t>(parameter.value.data() - uri.data());
    scratch.append(uri.substr(kept_from, value - kept_from)).append("REDACTED");
    kept_from = value + parameter.value.size();
    return true;
  });
  return kept_from == 0 ? uri : std::string_view(scratch.append(uri.substr(kept_from)));
}

}  // namespace

std::vector<std::string> query_secrets(const schema::Config& config) {
  std::vector<std::string> names;
  for (const schema::Plugin& plugin : config.plugins) {
    const schema::PluginShape* shape = schema::shapes().plugin(plugin.name);
    for (const char* field : {"key_names", "uri_param_names"}) {
      if (shape == nullptr || shape->config->field(field) == nullptr) continue;
      for (const std::string_view name : plugin.config.texts(field))
        if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
    }
  }
  return names;
}

AccessLog::AccessLog(net::Loop& loop, observe::LogFiles& files, observe::LogFiles::File file)
    : loop_(loop), files_(files), file_(file) {
  block_.reserve(block_bytes + usual_line_bytes_max);
}

AccessLog::~AccessLog() { flush(); }

void AccessLog::write(const Journey& journey) {
  const plugins::Exchange& exchange = journey.exchange;
  const std::span<const std::string> secrets = journey.snapshot->secret_names;
  std::string target, referer;
  observe::AccessLine line;
  line.client_ip = exchange.client.ip;
  line.method = exchange.original_method;
  line.target = without_secrets(exchange.original_target, secrets, target);
  line.version = exchange.request.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
  line.status = exchange.response.status;
  line.body_bytes = exchange.response_bytes > journey.answer_head_bytes ? exchange.response_bytes - journey.answer_head_bytes : 0;
  line.referer = without_secrets(exchange.request.headers.get("referer"), secrets, referer);
  line.user_agent = exchange.request.headers.get(http::Name::user_agent);
  line.request_id = exchange.request_id;
  append(line);
}

void AccessLog::write_refused(std::string_view client_ip, const Snapshot& snapshot, std::string_view begun, int status,
                              size_t body_bytes, std::string_view request_id) {
  std::string scratch;
  observe::AccessLine line;
  line.client_ip = client_ip;
  line.target = without_secrets(begun.substr(0, begun.find_first_of("\r\n")), snapshot.secret_names, scratch);
  line.status = status;
  line.body_bytes = body_bytes;
  line.request_id = request_id;
  append(line);
}

void AccessLog::append(const observe::AccessLine& line) {
  observe::append_access_line(block_, line, time_.text(loop_.wall_ms() / 1000));
  ++lines_;
  if (block_.size() >= block_bytes) return flush();
  if (!timer_.armed()) loop_.arm(timer_, flush_after_ms);
}

void AccessLog::flush() {
  timer_.disarm();
  if (lines_ == 0) return;
  std::string next;
  next.reserve(block_bytes + usual_line_bytes_max);
  files_.append_block(file_, std::exchange(block_, std::move(next)), std::exchange(lines_, 0));
}

void AccessLog::due(void* self) { static_cast<AccessLog*>(self)->flush(); }

}  // namespace proxy
