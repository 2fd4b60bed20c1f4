#include "tests/simulation/scripted_client.h"

#include "gateway/async/event.h"
#include "gateway/net/sleep.h"
#include "tests/simulation/wire.h"

namespace simulation {

namespace {

constexpr uint32_t stall_ms = 60'000;

struct Client {
  Client(World& own_world, size_t own_number, net::MemoryStream& own_stream)
      : world(own_world),
        number(own_number),
        plan(own_world.script.connections[own_number]),
        record(own_world.connections[own_number]),
        stream(own_stream),
        random(plan.seed),
        changed(own_world.loop().ready()) {}

  const RequestPlan* request(size_t index) const {
    return index < plan.requests.size() ? &world.script.requests[plan.requests[index]] : nullptr;
  }
  bool told_to_leave() const { return !record.answers.empty() && record.answers.back().says_close; }

  World& world;
  size_t number;
  const ConnectionPlan& plan;
  ConnectionRecord& record;
  net::MemoryStream& stream;
  Random random;
  async::Event changed;  // for the sender: an answer, an interim one, the end
  MessageReader reader{true};
  size_t begun = 0;     // requests
  size_t answered = 0;  // final answers that have ended
  size_t continues = 0;
  uint64_t octets = 0;
  bool gone = false, interim = false, tunnel = false;
};

std::string head_of(const RequestPlan& request) {
  std::string head = fmt::format("{} /s{}/{} HTTP/1.{}\r\nHost: gw.test\r\n", request.method, request.service,
                                 request.id, request.minor_version);
  if (request.padding_bytes > 0) head += "X-Padding: " + padding(request.padding_bytes) + "\r\n";
  if (request.body.framing == Framing::length) head += fmt::format("Content-Length: {}\r\n", request.body.bytes);
  if (request.body.framing == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  if (request.expect) head += "Expect: 100-continue\r\n";
  if (request.close)
    head += "Connection: close\r\n";
  else if (request.minor_version == 0)
    head += "Connection: keep-alive\r\n";
  if (request.upgrade)
    head +=
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\n";
  return head + "\r\n";
}

// The head of an answer is here: whose is it?
void begin_answer(Client& client) {
  MessageReader& reader = client.reader;
  const int status = reader.status();
  const RequestPlan* request = client.request(client.answered);
  client.interim = status < 200;
  if (client.interim) {
    reader.no_body();
    if (request == nullptr || request->minor_version == 0 || (status == 100 && !request->expect))
      client.record.wrong_interim = true;
    client.tunnel = status == 101;
    client.continues += status == 100 ? 1 : 0;
    return;
  }
  if (request == nullptr || client.answered >= client.begun) {
    client.record.surplus = true;
    request = nullptr;
  }
  AnswerRecord& answer = client.record.answers.emplace_back();
  answer.status = status;
  answer.who = reader.field("x-answer");
  answer.generation_now = client.world.generation;
  const std::string generation(reader.field("x-generation"));
  answer.generation = generation.empty() ? answer.generation_now : static_cast<size_t>(std::atoi(generation.c_str()));
  if (!answer.who.empty() && request != nullptr &&
      reader.field("x-padding") != padding(request->answers.back().padding_bytes))
    answer.wrong = true;
  answer.says_close = reader.field("connection") == "close";
  // Of a method that has not arrived nobody can tell that it wants no body.
  const bool asks_head =
      request != nullptr && request->method == "HEAD" && !(request->fault != Break::none && request->fault_at < 5);
  if (asks_head || status == 204 || status == 304) reader.no_body();
  client.world.note("client {} gets {} {} {}", client.number, status,
                    answer.who.empty() ? "from the gateway" : answer.who, answer.says_close ? "close" : "");
}

void take_piece(Client& client) {
  AnswerRecord& answer = client.record.answers.back();
  const std::string_view piece = client.reader.piece();
  const RequestPlan* request = client.request(client.answered);
  if (!answer.who.empty() && request != nullptr) {
    const Body& body = request->answers.back().body;
    if (answer.octets + piece.size() > body.bytes || !equal_octets(piece, body.seed, answer.octets))
      answer.wrong = true;
  }
  answer.octets += piece.size();
}

// False: nothing more can be read from this connection.
bool take_events(Client& client) {
  using Event = MessageReader::Event;
  while (!client.tunnel) {
    switch (client.reader.next()) {
      case Event::more:
        return true;
      case Event::head:
        begin_answer(client);
        break;
      case Event::piece:
        take_piece(client);
        break;
      case Event::bad:
        client.record.malformed = true;
        return false;
      case Event::end:
        if (!client.interim) {
          client.record.answers.back().whole = true;
          ++client.answered;
        }
        break;
    }
    client.changed.set();
  }
  return true;
}

void take_tunnel(Client& client) {
  const RequestPlan& request = *client.request(client.answered);
  RequestRecord& record = client.world.requests[request.id];
  const std::string bytes = client.reader.take_rest();
  if (!equal_octets(bytes, request.tunnel.down_seed, record.down_octets)) record.tunnel_wrong = true;
  record.down_octets += bytes.size();
}

void note_end(Client& client, bool orderly) {
  client.world.note("client {} reads the {}", client.number, orderly ? "end" : "reset");
  client.record.reset = !orderly;
  client.gone = true;
  client.changed.set();
  if (client.tunnel) {
    client.world.requests[client.request(client.answered)->id].down_ended = orderly;
    return;
  }
  const bool in_body = client.reader.in_body() && !client.interim;
  if (orderly && client.reader.end_of_input()) {
    if (in_body) client.record.answers.back().whole = true;
  } else if (orderly && !in_body) {
    client.record.malformed = true;  // half a head
  }
}

// Reads until the end.
async::Task<> receive(Client& client) {
  std::string block(16 * 1024, '\0');
  const Pace pace = client.plan.reading_pace;
  bool hesitated = false;
  while (true) {
    auto reading = client.stream.read(std::span(block.data(), std::min<size_t>(block.size(), pace.piece_bytes_max)),
                                      net::no_timeout);
    auto got = co_await reading;
    if (!got || *got == 0) {
      note_end(client, static_cast<bool>(got));
      co_return;
    }
    client.octets += *got;
    client.reader.add(std::string_view(block.data(), *got));
    if (!take_events(client)) {
      client.gone = true;
      client.changed.set();
      co_return;
    }
    if (client.tunnel) take_tunnel(client);
    if (client.plan.reading != Break::none && client.octets >= client.plan.reading_at) {
      client.world.note("client {} {} after {} octets of answers", client.number,
                        client.plan.reading == Break::reset ? "resets" : "stops reading", client.octets);
      client.record.broke_off = true;
      if (client.plan.reading == Break::stall) {
        auto waiting = net::sleep_for(client.world.loop(), stall_ms);
        co_await waiting;
      }
      client.record.left_ms = client.world.loop().now_ms();
      client.stream.reset();
    }
    if (client.plan.reading_hesitates_ms > 0 && !hesitated && client.octets >= client.plan.reading_hesitates_at) {
      hesitated = true;
      client.world.note("client {} reads on later", client.number);
      auto hesitating = net::sleep_for(client.world.loop(), client.plan.reading_hesitates_ms);
      co_await hesitating;
    }
    if (client.random.percent(pace.pause_percent)) {
      auto pausing =
          net::sleep_for(client.world.loop(), static_cast<uint32_t>(client.random.between(0, pace.pause_ms_max)));
      co_await pausing;
    }
  }
}

// From here on the client is not owed anything: the node takes an end for leaving.
void leave(Client& client) {
  if (client.answered == client.begun) return;
  client.record.broke_off = true;
  client.record.left_ms = client.world.loop().now_ms();
}

async::Task<> wait_for_answers(Client& client, size_t count) {
  while (!client.gone && !client.tunnel && client.answered < count) {
    client.changed.reset();
    auto waiting = client.changed.wait();
    co_await waiting;
  }
}

async::Task<> send_tunnel(Client& client, const RequestPlan& request) {
  RequestRecord& record = client.world.requests[request.id];
  auto sending = send(client.stream, octets(request.tunnel.up_seed, 0, request.tunnel.up_bytes), request.pace,
                      client.random.next());
  record.up_sent = co_await sending;
  if (!request.tunnel.upstream_ends) client.stream.shutdown_write();
}

// The part that is sent at once; true: the connection is still good for more.
async::Task<bool> send_request(Client& client, const RequestPlan& request) {
  RequestRecord& record = client.world.requests[request.id];
  std::string head = head_of(request), body = encode(request.body, client.random);
  if (request.fault == Break::garbage) body = body.substr(0, body.rfind("0\r\n")) + "oops\r\n";
  const bool faulty =
      request.fault == Break::garbage || (request.fault != Break::none && request.fault_at < head.size() + body.size());
  if (faulty && request.fault != Break::garbage) {
    if (request.fault_at < head.size()) {
      head.resize(request.fault_at);
      body.clear();
    } else {
      body.resize(request.fault_at - head.size());
    }
  }
  record.begun = true;
  record.cut = faulty;
  record.generation_at_start = client.world.generation;
  ++client.begun;
  client.world.note("client {} sends #{}{}", client.number, request.id, faulty ? ", not to its end" : "");
  const bool waits = request.expect && request.minor_version == 1 && !body.empty();
  const size_t continues = client.continues, answered = client.begun;
  if (!waits && request.hesitates_ms == 0) head.append(std::exchange(body, {}));
  auto sending = send(client.stream, std::move(head), request.pace, client.random.next());
  bool good = co_await sending;
  while (waits && good && !client.gone && client.continues == continues && client.answered < answered) {
    client.changed.reset();
    auto waiting = client.changed.wait();
    co_await waiting;
  }
  if (waits && client.continues == continues) {
    record.cut = true;  // a final answer instead of 100: the body is not sent, and the connection cannot go on
    co_return false;
  }
  if (good && request.hesitates_ms > 0 && body.size() > 1) {
    auto beginning = send(client.stream, body.substr(0, body.size() / 2), request.pace, client.random.next());
    good = co_await beginning;
    body.erase(0, body.size() / 2);
    auto hesitating = net::sleep_for(client.world.loop(), request.hesitates_ms);
    co_await hesitating;
  }
  if (good && !body.empty()) {
    auto continuing = send(client.stream, std::move(body), request.pace, client.random.next());
    good = co_await continuing;
  }
  record.sent_whole = good && !faulty;
  if (!faulty) co_return good;
  client.world.note("client {} breaks off #{}", client.number, request.id);
  if (request.fault == Break::end) {
    // The request that is cut tells by itself; those before it are given up.
    if (!client.world.script.options.ignore_client_abort && client.answered + 1 < client.begun) leave(client);
    client.stream.shutdown_write();
  }
  if (request.fault == Break::reset) {
    client.record.broke_off = true;
    client.record.left_ms = client.world.loop().now_ms();
    client.stream.reset();
  }
  co_return false;
}

async::Task<> send_requests(Client& client) {
  for (size_t i = 0; i < client.plan.requests.size(); ++i) {
    const RequestPlan& request = *client.request(i);
    if (!request.pipelined) {
      auto waiting = wait_for_answers(client, i);
      co_await waiting;
      auto pausing = net::sleep_for(client.world.loop(), request.pause_ms);
      if (request.pause_ms > 0) co_await pausing;
    }
    if (client.gone || client.told_to_leave()) co_return;
    auto sending = send_request(client, request);
    const bool good = co_await sending;
    if (!good || request.close) co_return;
    if (!request.upgrade) continue;
    auto waiting = wait_for_answers(client, i + 1);
    co_await waiting;
    if (client.tunnel) {
      auto tunnelling = send_tunnel(client, request);
      co_await tunnelling;
    }
  }
  if (client.plan.leaves_ms > 0) {
    auto waiting = net::sleep_for(client.world.loop(), client.plan.leaves_ms);
    co_await waiting;
    if (client.gone || client.tunnel || client.answered == client.begun) co_return;
    client.world.note("client {} leaves unanswered", client.number);
    leave(client);
    if (client.random.percent(50)) client.stream.reset();
    else client.stream.close();
    co_return;
  }
  if (client.plan.ends_write) {
    if (!client.world.script.options.ignore_client_abort) leave(client);
    client.stream.shutdown_write();
  }
}

}  // namespace

async::Task<> run_client(World& world, size_t number, std::unique_ptr<net::MemoryStream> stream) {
  Client client(world, number, *stream);
  auto receiving = receive(client);
  auto sending = send_requests(client);
  co_await sending;
  auto waiting = wait_for_answers(client, client.begun);
  co_await waiting;
  // Some leave at once, some stay until they are sent away.
  if (!client.tunnel && !client.gone && client.random.percent(50)) {
    world.note("client {} leaves", number);
    client.record.closed_by_client = true;
    stream->close();
  }
  co_await receiving;
}

}  // namespace simulation
