#pragma once
// A client's connection: one request after the other, in order, until either side has had enough.

#include <memory>

#include "gateway/async/task.h"
#include "gateway/net/stream.h"
#include "gateway/proxy/connection_limit.h"
#include "gateway/proxy/journey.h"

namespace proxy {

// Serves the connection to its end. Destroying the task ends it at once. `stream` has finished its TLS handshake, if any.
// `place` is given back at that end.
async::Task<void> serve_connection(Worker& worker, std::unique_ptr<net::Stream> stream, ClientSide side, ConnectionLimit::Place place = {});

// Tells a client for whom there is no place so, and ends its connection. Bounded in time and bytes, whatever the client does.
async::Task<void> turn_away(Worker& worker, std::unique_ptr<net::Stream> stream);

// Tells a client that spoke plain HTTP where TLS is expected, and ends its connection. `stream` is the one underneath TLS.
async::Task<void> refuse_plain_http(Worker& worker, net::Stream& stream);

}  // namespace proxy
