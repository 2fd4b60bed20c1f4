#pragma once
// TCP on loopback: the few calls that both sides of the load need. Descriptors do not block.

#include <cstdint>
#include <string>
#include <string_view>

namespace soak {

// On 127.0.0.1, a port of the kernel's choice. -1: none.
int listen_on_loopback(uint16_t& port);
int connect_to(uint16_t port);
int accept_from(int listener);

enum class Received : uint8_t { some, nothing, end, failed };
// Appends what is there, at most `bytes_max`.
Received receive(int descriptor, std::string& into, size_t bytes_max);
// Takes what was sent off the front of `text`. False: the peer has gone.
bool send_some(int descriptor, std::string_view& text);
// Bytes that have arrived and that nobody has read.
size_t unread_bytes(int descriptor);
// The peer is told of an orderly end, and what it sends from now on is refused with a reset; what has arrived can be
// read.
void end_both_directions(int descriptor);
// close() that sends a reset in place of an orderly end.
void reset(int descriptor);

}  // namespace soak
