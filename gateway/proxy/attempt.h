#pragma once
// One try to get an answer: connect or reuse, send the request, read the head of the answer.

#include "gateway/proxy/journey.h"
#include "gateway/proxy/target.h"

namespace proxy {

struct Attempt {
  async::Error error;       // when not answered
  bool answered = false;
  bool sent = false;        // octets of the request may have reached the target
  bool unseen = false;      // but none of it can have been read there
  bool heard = false;       // its upstream gave an interim answer: the connection was good
  bool reused = false;      // on a connection that had served before
  bool client_failed = false;  // the client's body could not be read to its end
};

// `fresh`: not on a kept connection. The request may still be on its way up when this is answered: see Journey::upload.
async::Task<Attempt> attempt(Journey& journey, const Destination& destination, bool fresh);

}  // namespace proxy
