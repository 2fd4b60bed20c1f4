#include "gateway/net/resolver.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "gateway/net/dns_client.h"
#include "gateway/net/hosts_file.h"
#include "gateway/net/name_error.h"

namespace net {

struct ResolverName final : DnsClient::Asker {
  ResolverName(Resolver::State& owner, std::string text) : state(owner), name(std::move(text)) {}
  void on_answer(DnsAnswer answer) override;

  Resolver::State& state;
  std::string name;
  Resolved resolved;          // empty: none yet, or it does not exist
  async::Error error{};       // of the last question, when there is nothing in `resolved`
  uint64_t ask_again_ms = 0;  // no question before that
  bool asking = false;
  std::vector<Resolve*> waiting;
};

namespace {

// The hosts file may be edited; an answer from it is looked at again after this.
constexpr uint64_t hosts_ttl_ms = 5'000;

struct Hash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

bool has_upper_case(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

struct Resolver::State {
  State(Loop& owner, ResolverOptions settings)
      : loop(owner),
        options(std::move(settings)),
        hosts(options.hosts_file),
        dns(owner, DnsOptions{options.servers, options.try_timeout_ms, options.tries, options.v6_first, options.v4_too}) {}

  ResolverName& find(std::string_view name);
  void make_room();
  // Answers from memory, or starts a question. True: `resolved` or `error` of the name may be used now.
  bool settle(ResolverName& name);
  void ask(ResolverName& name);
  bool is_usable(const ResolverName& name) const {
    return !name.resolved.addresses.empty() &&
           loop.now_ms() < name.resolved.expires_ms + options.stale_ttl_s * uint64_t{1000};
  }

  Loop& loop;
  ResolverOptions options;
  HostsFile hosts;
  std::unordered_map<std::string, std::unique_ptr<ResolverName>, Hash, std::equal_to<>> names;
  DnsClient dns;  // last: it goes first, while the names that ask still exist
};

ResolverName& Resolver::State::find(std::string_view name) {
  auto found = names.find(name);
  if (found != names.end()) return *found->second;
  std::string text(name);
  if (has_upper_case(name)) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return find(text);
  }
  make_room();
  auto entry = std::make_unique<ResolverName>(*this, text);
  return *names.emplace(std::move(text), std::move(entry)).first->second;
}

// Names come from the configuration, so running full means something odd: any that is not being asked for may go.
void Resolver::State::make_room() {
  for (auto name = names.begin(); names.size() >= options.names_max && name != names.end();)
    name = name->second->asking ? std::next(name) : names.erase(name);
}

bool Resolver::State::settle(ResolverName& name) {
  uint64_t now = loop.now_ms();
  if (!name.resolved.addresses.empty() && now < name.resolved.expires_ms) return true;
  if (now < name.ask_again_ms && !name.asking) return true;
  if (!name.asking) {
    if (auto literal = Address::from_ip(name.name, 0)) {
      name.resolved = {{*literal}, UINT64_MAX};
      return true;
    }
    if (auto known = hosts.find(name.name); !known.empty()) {
      name.resolved = {std::move(known), now + hosts_ttl_ms};
      return true;
    }
    ask(name);
  }
  return is_usable(name);
}

void Resolver::State::ask(ResolverName& name) {
  name.asking = true;
  dns.ask(name.name, name);
}

void ResolverName::on_answer(DnsAnswer answer) {
  const ResolverOptions& options = state.options;
  uint64_t now = state.loop.now_ms();
  asking = false;
  if (!answer.addresses.empty()) {
    uint32_t ttl_s = std::max(answer.ttl_s, options.ttl_min_s);
    if (options.ttl_max_s > 0) ttl_s = std::min(ttl_s, options.ttl_max_s);
    resolved = {std::move(answer.addresses), now + ttl_s * uint64_t{1000}};
    ask_again_ms = 0;
  } else {
    error = answer.error;
    ask_again_ms = now + (answer.negative ? options.negative_ttl_s : options.error_ttl_s) * uint64_t{1000};
    // Servers that say "there is no such name" are believed; silence does not take away what we had.
    if (answer.negative || !state.is_usable(*this)) resolved = {};
  }
  for (Resolve* each : std::exchange(waiting, {})) {
    each->take(*this);
    each->waits_for_ = nullptr;
    each->timer_.disarm();
    state.loop.ready().push(*each);
  }
}

Resolver::Resolver(Loop& loop, ResolverOptions options) : state_(std::make_unique<State>(loop, std::move(options))) {}

Resolver::~Resolver() = default;

const Resolved* Resolver::cached(std::string_view name) {
  ResolverName& entry = state_->find(name);
  bool settled = state_->settle(entry);
  return settled && state_->is_usable(entry) ? &entry.resolved : nullptr;
}

uint64_t Resolver::queries() const { return state_->dns.queries(); }

void Resolver::flush() {
  std::erase_if(state_->names,
                [](const auto& entry) { return !entry.second->asking && entry.second->waiting.empty(); });
}

Resolve::Resolve(Resolver& resolver, std::string_view name, uint32_t timeout_ms)
    : async::Ready(&Resolve::run),
      resolver_(resolver),
      name_(name),
      timeout_ms_(timeout_ms),
      timer_(&Resolve::timed_out, this) {}

Resolve::~Resolve() {
  if (waits_for_) std::erase(waits_for_->waiting, this);
}

bool Resolve::await_ready() {
  ResolverName& name = resolver_.state_->find(name_);
  if (!resolver_.state_->settle(name)) return false;
  take(name);
  return true;
}

void Resolve::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  ResolverName& name = resolver_.state_->find(name_);
  // c-ares may have refused at once, with the answer already here.
  if (!name.asking) {
    take(name);
    resolver_.state_->loop.ready().push(*this);
    return;
  }
  waits_for_ = &name;
  name.waiting.push_back(this);
  if (timeout_ms_ != UINT32_MAX) resolver_.state_->loop.arm(timer_, timeout_ms_);
}

void Resolve::take(const ResolverName& name) {
  if (!name.resolved.addresses.empty())
    result_ = name.resolved;
  else
    result_ = name.error;
}

void Resolve::run(async::Ready& self) {
  auto& resolve = static_cast<Resolve&>(self);
  resolve.waiting_.resume();
}

void Resolve::timed_out(void* self) {
  auto& resolve = *static_cast<Resolve*>(self);
  std::erase(resolve.waits_for_->waiting, &resolve);
  resolve.waits_for_ = nullptr;
  async::Error error;
  error.side = async::Side::upstream;
  error.what = name_server_timed_out;
  error.timeout = true;
  error.retry_safe = true;
  resolve.result_ = error;
  resolve.resolver_.state_->loop.ready().push(resolve);
}

async::Result<Resolved> Resolve::await_resume() { return std::move(result_); }

}  // namespace net
