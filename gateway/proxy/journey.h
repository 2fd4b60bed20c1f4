#pragma once
// One request from its head to its last log line.

#include <memory>

#include "gateway/async/task.h"
#include "gateway/plugins/chain.h"
#include "gateway/plugins/exchange.h"
#include "gateway/proxy/input.h"
#include "gateway/proxy/request_body.h"
#include "gateway/proxy/worker.h"

namespace proxy {

class TimeReport;

// What a connection knows of its client; the same for all its requests.
struct ClientSide {
  std::string peer_ip, server_ip;
  uint16_t peer_port = 0, server_port = 0;
  bool tls = false;
  std::string sni, tls_version, tls_cipher;
  uint64_t connection = 0;   // a number of its own
  uint64_t requests = 0;
};

struct Journey : async::Pooled {
  Journey(Worker& own_worker, net::Stream& client_stream, Input& client_input, const ClientSide& side, http::RequestHead head,
          const http::ParsedHead& parsed, size_t head_bytes);
  ~Journey();   // finish hooks: whoever cuts a journey short, it is logged like any other

  Worker& worker;
  net::Stream& client;
  const ClientSide& side;
  SnapshotSlot::Pin snapshot;
  balancing::Lease lease;        // while an upstream's target has this request
  std::array<char, 32> id_digits;
  plugins::Exchange exchange;
  plugins::ChainRun chain;
  RequestBody body;
  std::string path_storage, upstream_path_storage;
  std::unique_ptr<TimeReport> time_report;  // nullptr: not asked for

  // The upstream's side, once an attempt got an answer.
  std::unique_ptr<UpstreamConnection> upstream;
  Input upstream_input;
  BodyReader answer_body;
  bool upstream_reusable = false;
  bool answer_begun = false;     // the head of its answer is here

  bool websocket = false;        // the client asks for an upgrade
  bool upgraded = false;         // and the upstream agreed: 101
  bool keep_alive = true;        // another request may follow on the client's connection
  size_t answer_head_bytes = 0;  // of the answer as it goes to the client
  bool head_sent = false;        // bytes of the answer have gone to the client
  bool client_lost = false;      // nothing more can be said to it
  bool client_failed = false;    // its request could not be read to the end

  // The request on its way up. A large body may still be going while the answer comes down. Uses all of the above, so it goes first.
  async::Task<async::Result<void>> upload;
  uint64_t uploaded_ms = 0;      // when it ended

  // An upstream may be silent as long as it still gets its request: its time begins after that.
  bool may_be_silent(const async::Error& error) const {
    return error.timeout && (!upload.done() || worker.loop.now_ms() - uploaded_ms < exchange.service->read_timeout_ms);
  }
  // Nobody wants the rest of the request any more. The upload ends by itself, soon: destroyed, it could take octets with it that it has just
  // read, and nobody would know where the body stands.
  void stop_upload() {
    upstream->stream->close();
    client.call_off_read();
  }
  void drop_upstream() {
    if (upload && !upload.done()) body.lose_place();
    upload.cancel();
    upstream.reset();
    lease.end();
  }
};

// False: the client's connection ends here.
async::Task<bool> serve(Journey& journey);

// The verbs of the journey, each in a file of its own.
plugins::Step admit(Journey& journey);                      // admit.cpp: find the route, run the request hooks
async::Task<void> forward(Journey& journey);                // forward.cpp: pick, connect, send, retry while that is safe
void shape(Journey& journey);                               // shape.cpp: our headers and the response hooks
async::Task<void> send_answer(Journey& journey);            // send_answer.cpp: head and body to the client
async::Task<void> tunnel(Journey& journey);                 // tunnel.cpp: after 101, bytes both ways

}  // namespace proxy
