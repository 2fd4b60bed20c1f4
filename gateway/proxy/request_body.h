#pragma once
// The client's request body on its way upstream: taken from the connection when asked for, kept for a retry while it is small,
// replaced when a plugin says so.

#include <optional>
#include <string>

#include "gateway/plugins/exchange.h"
#include "gateway/proxy/body_reader.h"
#include "gateway/proxy/options.h"

namespace proxy {

class RequestBody final : public plugins::BodyAccess {
 public:
  RequestBody(net::Stream& client, Input& input, http::BodyFraming framing, bool expects_continue, const Options& options);

  // Takes what comes first, up to `bytes_max` octets, into memory: a body that is complete then can be sent again. Sends the
  // interim 100 when the client waits for it (RFC 9110 section 10.1.1).
  async::Task<async::Result<void>> prefetch(size_t bytes_max);
  async::Task<async::Result<std::string_view>> read_all(size_t bytes_max) override;
  void replace(std::string_view body) override;

  // How the body goes upstream: by length whenever that is known.
  http::BodyFraming outgoing() const;
  std::string_view kept() const { return replaced_ ? *replaced_ : kept_view_.empty() ? std::string_view(kept_) : kept_view_; }
  bool complete() const { return replaced_.has_value() || reader_.done(); }
  bool replayable() const { return complete() && !streamed_; }

  // The octets after the kept ones, piece by piece; see BodyReader.
  BodyReader& rest();
  async::Task<async::Result<void>> wait_for_more();

  bool too_large() const { return options_.body_bytes_max != 0 && reader_.octets() > options_.body_bytes_max; }
  bool any() const { return reader_.framing().kind != http::Framing::none; }
  // Nothing of the body is left on the connection, so that the next request may follow.
  bool fully_read() const { return reader_.done(); }
  // An answer went out before the body was read. True when reading and dropping the rest costs less than a new connection: it is short
  // as far as known, and the client is not still waiting for leave to send it.
  bool worth_dropping() const;
  // Whoever was reading has been destroyed, perhaps with octets in his hands.
  void lose_place() { place_lost_ = true; }
  // Reads and drops the rest. False when the connection cannot be used for another request after all.
  async::Task<bool> drop_rest();
  // The interim 100 is still on its way: nothing else can be written to the client.
  bool inviting() const { return inviting_; }
  uint64_t octets() const { return reader_.octets(); }
  Input& input() { return input_; }

 private:
  static constexpr uint64_t dropped_bytes_max = 256 * 1024;
  static constexpr uint32_t dropping_timeout_ms = 5'000;

  async::Task<async::Result<void>> invite();

  net::Stream& client_;
  Input& input_;
  BodyReader reader_;
  const Options& options_;
  std::string kept_;
  std::string_view kept_view_;   // the whole body, still in the Input
  std::optional<std::string_view> replaced_;
  bool expects_continue_, inviting_ = false, place_lost_ = false;
  bool streamed_ = false;        // octets beyond the kept ones were handed out
};

}  // namespace proxy
