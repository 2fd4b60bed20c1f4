#pragma once
// What the number in an error means, for a log line.

#include <string_view>

#include "gateway/async/result.h"

namespace net {

// "Connection refused", "self-signed certificate", ...: a literal of the library that the number comes from; empty when there is none.
std::string_view reason_of(const async::Error& error);

}  // namespace net
