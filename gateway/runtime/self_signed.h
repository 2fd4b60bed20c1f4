#pragma once
// A certificate of our own for https listeners that were given none, so that https routes and redirects work at once. Clients have no
// reason to trust it.

#include <string>

namespace runtime {

struct PemPair {
  std::string certificate, key;
};

// P-256, valid for ten years, CN=localhost. Empty strings when OpenSSL fails.
PemPair make_self_signed();

}  // namespace runtime
