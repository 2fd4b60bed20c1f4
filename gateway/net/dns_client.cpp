#include "gateway/net/dns_client.h"

#include <arpa/nameser.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include <algorithm>

#include "gateway/net/name_error.h"

namespace net {

struct DnsClient::Socket final : Handler {
  Socket(DnsClient& owner, int socket) : client(owner), fd(socket) {}
  void on_events(uint32_t epoll_events) override {
    client.events_.emplace_back(fd, epoll_events);
    client.loop_.ready().push(client.processing_);
  }
  DnsClient& client;
  int fd;
};

struct DnsClient::Question {
  DnsClient& client;
  Asker& asker;
  std::string name;
  bool v6 = false;
  bool second = false;  // the other kind of address has been asked for
};

namespace {

constexpr int addresses_max = 64;

// The first addresses_max of a reply; false when there are none.
bool read_v4(const unsigned char* bytes, int byte_count, DnsAnswer& answer) {
  ares_addrttl found[addresses_max];
  int count = addresses_max;
  if (ares_parse_a_reply(bytes, byte_count, nullptr, found, &count) != ARES_SUCCESS) return false;
  for (int i = 0; i < count; i++) {
    answer.addresses.push_back(Address::from_v4(&found[i].ipaddr, 0));
    auto ttl = static_cast<uint32_t>(std::max(0, found[i].ttl));
    answer.ttl_s = i == 0 ? ttl : std::min(answer.ttl_s, ttl);
  }
  return count > 0;
}

bool read_v6(const unsigned char* bytes, int byte_count, DnsAnswer& answer) {
  ares_addr6ttl found[addresses_max];
  int count = addresses_max;
  if (ares_parse_aaaa_reply(bytes, byte_count, nullptr, found, &count) != ARES_SUCCESS) return false;
  for (int i = 0; i < count; i++) {
    answer.addresses.push_back(Address::from_v6(&found[i].ip6addr, 0));
    auto ttl = static_cast<uint32_t>(std::max(0, found[i].ttl));
    answer.ttl_s = i == 0 ? ttl : std::min(answer.ttl_s, ttl);
  }
  return count > 0;
}

DnsAnswer failure(int status) {
  DnsAnswer answer;
  answer.error.side = async::Side::upstream;
  answer.error.code = status;
  answer.error.code_of = async::CodeOf::dns;
  answer.error.retry_safe = true;
  answer.negative =
      status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_SUCCESS || status == ARES_EBADNAME;
  if (status == ARES_ENOTFOUND)
    answer.error.what = name_does_not_exist;
  else if (status == ARES_EBADNAME)
    answer.error.what = not_a_name;
  else if (answer.negative)
    answer.error.what = name_without_address;
  else
    answer.error.what = name_server_failed;
  answer.error.timeout = status == ARES_ETIMEOUT;
  return answer;
}

}  // namespace

DnsClient::DnsClient(Loop& loop, const DnsOptions& options)
    : loop_(loop), v6_first_(options.v6_first), v4_too_(options.v4_too), processing_(*this), timer_(&DnsClient::on_timer, this) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  (void)library;
  ares_options settings{};
  settings.sock_state_cb = &DnsClient::on_socket;
  settings.sock_state_cb_data = this;
  settings.timeout = static_cast<int>(options.try_timeout_ms);
  settings.tries = options.tries;
  if (ares_init_options(&channel_, &settings, ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
      ARES_SUCCESS) {
    channel_ = nullptr;  // every question is then answered by a failure
    return;
  }
  std::string servers;
  for (const std::string& server : options.servers) servers += (servers.empty() ? "" : ",") + server;
  if (!servers.empty()) ares_set_servers_ports_csv(channel_, servers.c_str());
}

DnsClient::~DnsClient() {
  closing_ = true;
  if (channel_) ares_destroy(channel_);
}

void DnsClient::ask(const std::string& name, Asker& asker) {
  if (!channel_) return asker.on_answer(failure(ARES_ENOTINITIALIZED));
  send(new Question{*this, asker, name, v6_first_ || !v4_too_});
  arm_timer();
}

void DnsClient::send(Question* question) {
  queries_++;
  ares_search(channel_, question->name.c_str(), ns_c_in, question->v6 ? ns_t_aaaa : ns_t_a, &DnsClient::on_reply,
              question);
}

void DnsClient::on_reply(void* context, int status, int, unsigned char* bytes, int byte_count) {
  std::unique_ptr<Question> question(static_cast<Question*>(context));
  if (question->client.closing_) return;
  DnsAnswer answer;
  bool found = status == ARES_SUCCESS &&
               (question->v6 ? read_v6(bytes, byte_count, answer) : read_v4(bytes, byte_count, answer));
  if (found) return question->asker.on_answer(std::move(answer));
  // The name exists, but has no address of this kind. What does not exist has none of the other either.
  const bool ask_other = !question->second && (question->client.v4_too_ || !question->v6) && (status == ARES_SUCCESS || status == ARES_ENODATA);
  if (ask_other) {
    question->v6 = !question->v6;
    question->second = true;
    DnsClient& client = question->client;
    return client.send(question.release());
  }
  question->asker.on_answer(failure(status));
}

void DnsClient::on_socket(void* self, ares_socket_t fd, int readable, int writable) {
  auto& client = *static_cast<DnsClient*>(self);
  auto found = client.sockets_.find(fd);
  if (!readable && !writable) {
    if (found == client.sockets_.end()) return;
    client.loop_.unwatch(fd);
    client.sockets_.erase(found);
    std::erase_if(client.events_, [fd](const auto& event) { return event.first == fd; });
    return;
  }
  uint32_t events = (readable ? uint32_t{EPOLLIN} : 0) | (writable ? uint32_t{EPOLLOUT} : 0);
  if (found != client.sockets_.end()) {
    client.loop_.modify(fd, events);
    return;
  }
  auto socket = std::make_unique<Socket>(client, fd);
  // When the kernel refuses, the question runs into its timeout.
  if (client.loop_.watch(fd, events, *socket)) client.sockets_.emplace(fd, std::move(socket));
}

void DnsClient::Processing::process(async::Ready& self) {
  DnsClient& client = static_cast<Processing&>(self).client;
  while (!client.events_.empty()) {
    auto [fd, events] = client.events_.back();
    client.events_.pop_back();
    ares_process_fd(client.channel_, events & ~uint32_t{EPOLLOUT} ? fd : ARES_SOCKET_BAD,
                    events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
  }
  client.arm_timer();
}

void DnsClient::on_timer(void* self) {
  auto& client = *static_cast<DnsClient*>(self);
  ares_process_fd(client.channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  client.arm_timer();
}

void DnsClient::arm_timer() {
  timeval storage{};
  timeval* wait = ares_timeout(channel_, nullptr, &storage);
  if (!wait) return timer_.disarm();
  loop_.arm(timer_, static_cast<uint32_t>(wait->tv_sec * 1000 + wait->tv_usec / 1000 + 1));
}

}  // namespace net
