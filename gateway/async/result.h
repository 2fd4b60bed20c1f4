#pragma once
// Errors are values: what went wrong, on whose side, and whether trying again elsewhere is safe.

#include <cassert>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace async {

enum class Side : uint8_t { client, upstream, us };

// Whose numbers Error::code speaks in: errno, OpenSSL's queue, X509_V_*, ARES_*.
enum class CodeOf : uint8_t { system, tls, certificate, dns };

struct Error {
  Side side = Side::us;
  std::string_view what;  // a literal: "connect", "read timed out"
  int code = 0;           // 0 when there is none
  bool timeout = false;
  bool closed = false;    // the peer ended the connection (in order or by reset)
  bool retry_safe = false;
  CodeOf code_of = CodeOf::system;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, error) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { assert(*this); return *std::get_if<0>(&state_); }
  const T& operator*() const { assert(*this); return *std::get_if<0>(&state_); }
  T* operator->() { return &**this; }
  const Error& error() const { assert(!*this); return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(error), ok_(false) {}
  explicit operator bool() const { return ok_; }
  const Error& error() const { assert(!ok_); return error_; }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace async
