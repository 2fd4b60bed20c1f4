#include "gateway/http/framing.h"

#include "gateway/http/h1_fields.h"

namespace http {

namespace {

struct Lengths {
  std::optional<uint64_t> length;
  size_t lengths = 0, codings = 0;
  std::string_view coding;
  bool bad = false;
};

Lengths collect(const Headers& headers) {
  Lengths all;
  for (const Header& header : headers.all()) {
    if (header.id == Name::content_length) {
      auto length = parse_length(header.value);
      if (!length || (all.lengths > 0 && length != all.length)) all.bad = true;
      all.length = length;
      ++all.lengths;
    } else if (header.id == Name::transfer_encoding) {
      all.coding = header.value;
      ++all.codings;
    }
  }
  return all;
}

// Only "chunked" and nothing around it is the framing everyone reads alike. The others differ in whose fault they are.
HeadError judge_coding(std::string_view value) {
  if (equal_names(value, "chunked")) return HeadError::none;
  size_t codings = 0, chunked = 0;
  bool chunked_last = false, tokens = true;
  each_element(value, [&](std::string_view coding) {
    ++codings;
    chunked_last = equal_names(coding, "chunked");
    chunked += chunked_last ? 1 : 0;
    tokens = tokens && is_token(coding);
    return true;
  });
  const bool misplaced = chunked > 1 || (chunked == 1 && (!chunked_last || codings == 1));
  if (codings == 0 || !tokens || misplaced) return HeadError::bad_transfer_encoding;
  return HeadError::not_implemented_coding;
}

FramingResult judge(const Headers& headers, int minor_version, Framing without_length) {
  const Lengths all = collect(headers);
  if (all.bad) return {HeadError::bad_length, {}};
  if (all.codings == 0) {
    if (all.lengths == 0) return {HeadError::none, {without_length, 0}};
    return {HeadError::none, {Framing::length, *all.length}};
  }
  if (all.codings > 1 || all.lengths > 0 || minor_version == 0) return {HeadError::bad_transfer_encoding, {}};
  if (HeadError error = judge_coding(all.coding); error != HeadError::none) return {error, {}};
  return {HeadError::none, {Framing::chunked, 0}};
}

}  // namespace

std::optional<uint64_t> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 19) return std::nullopt;
  uint64_t length = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  // Nineteen digits fit in 64 bits; half of that keeps every later sum and signed copy safe.
  if (length > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return length;
}

FramingResult request_framing(const Headers& headers, int minor_version) {
  return judge(headers, minor_version, Framing::none);
}

FramingResult response_framing(const Headers& headers, int minor_version, int status, std::string_view request_method) {
  // An interim answer is dropped here, so its fields mislead nobody; 204 has neither field for anyone (section 6.1, 6.2).
  if (status < 200 || status == 204) return {};
  FramingResult result = judge(headers, minor_version, Framing::until_close);
  const bool bodiless = request_method == "HEAD" || status == 304 || (request_method == "CONNECT" && status < 300);
  // The fields of a bodiless answer travel on to the client as statements about another answer: they must at least make sense.
  if (bodiless) result.framing = {};
  return result;
}

}  // namespace http
