#include "tests/simulation/wire.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "gateway/net/sleep.h"

namespace simulation {

namespace {

// Octet by position, eight at a time; printable ones would hide less, so all values occur.
uint64_t word(uint64_t seed, uint64_t index) { return Random(seed + index * 0x632be59bd9b4e019).next(); }

}  // namespace

std::string octets(uint64_t seed, uint64_t from, uint64_t bytes) {
  std::string text(bytes, '\0');
  for (uint64_t i = 0; i < bytes;) {
    const uint64_t at = from + i, value = word(seed, at / 8), offset = at % 8;
    const uint64_t count = std::min<uint64_t>(8 - offset, bytes - i);
    std::memcpy(text.data() + i, reinterpret_cast<const char*>(&value) + offset, count);
    i += count;
  }
  return text;
}

bool equal_octets(std::string_view text, uint64_t seed, uint64_t from) { return octets(seed, from, text.size()) == text; }

std::string padding(uint32_t bytes) {
  std::string text(bytes, 'a');
  for (uint32_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 26 + bytes) % 26);
  return text;
}

std::string encode(const Body& body, Random& random) {
  if (body.framing == Framing::none) return {};
  const std::string text = octets(body.seed, 0, body.bytes);
  if (body.framing != Framing::chunked) return text;
  std::string wire;
  const uint64_t chunk_max = random.pick<uint64_t>({1 + body.bytes / 50, 1'000, 20'000, 1'000'000});
  for (uint64_t at = 0; at < text.size();) {
    const uint64_t count = std::min<uint64_t>(random.between(1, chunk_max), text.size() - at);
    char size[20];
    *std::to_chars(size, size + sizeof size - 1, count, 16).ptr = '\0';
    wire.append(size).append(body.trailers && random.percent(30) ? ";note=\"x\"" : "").append("\r\n").append(text, at, count).append("\r\n");
    at += count;
  }
  wire.append("0\r\n");
  if (body.trailers) wire.append("X-Sum: 17\r\n");
  return wire.append("\r\n");
}

bool MessageReader::end_of_input() {
  if (state_ == State::until_close) {
    state_ = State::head;
    return true;
  }
  return state_ == State::head && bytes_.empty();
}

std::string_view MessageReader::field(std::string_view lower_case_name) const {
  for (const auto& [name, value] : fields_)
    if (name == lower_case_name) return value;
  return {};
}

size_t MessageReader::count(std::string_view lower_case_name) const {
  return static_cast<size_t>(std::count_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == lower_case_name; }));
}

int MessageReader::status() const { return first_line_.size() < 12 ? 0 : std::atoi(first_line_.c_str() + 9); }

bool MessageReader::take_line(std::string& line) {
  const size_t end = bytes_.find("\r\n");
  if (end == std::string::npos) return false;
  line = bytes_.substr(0, end);
  bytes_.erase(0, end + 2);
  return true;
}

MessageReader::Event MessageReader::read_head() {
  const size_t end = bytes_.find("\r\n\r\n");
  if (end == std::string::npos) return Event::more;
  fields_.clear();
  std::string line;
  take_line(first_line_);
  while (take_line(line) && !line.empty()) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) return Event::bad;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    fields_.emplace_back(std::move(name), line.substr(colon + 2));
  }
  const std::string_view length = field("content-length");
  if (count("content-length") + count("transfer-encoding") > 1) return Event::bad;
  left_ = 0;
  std::from_chars(length.data(), length.data() + length.size(), left_);
  if (field("transfer-encoding") == "chunked") state_ = State::size;
  else if (!length.empty()) state_ = left_ == 0 ? State::ending : State::length;
  else state_ = answers_ ? State::until_close : State::ending;
  return Event::head;
}

MessageReader::Event MessageReader::take_piece() {
  const uint64_t count = state_ == State::until_close ? bytes_.size() : std::min<uint64_t>(left_, bytes_.size());
  if (count == 0) return Event::more;
  piece_ = bytes_.substr(0, count);
  bytes_.erase(0, count);
  left_ -= std::min(left_, count);
  if (left_ == 0 && state_ != State::until_close) state_ = state_ == State::length ? State::ending : State::data_end;
  return Event::piece;
}

MessageReader::Event MessageReader::next() {
  std::string line;
  while (true) {
    switch (state_) {
      case State::head: return read_head();
      case State::length: case State::data: case State::until_close: return take_piece();
      case State::ending:
        state_ = State::head;
        return Event::end;
      case State::size: {
        if (!take_line(line)) return Event::more;
        auto parsed = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
        if (parsed.ec != std::errc() || parsed.ptr == line.data()) return Event::bad;
        state_ = left_ == 0 ? State::trailers : State::data;
        break;
      }
      case State::data_end:
        if (!take_line(line)) return Event::more;
        if (!line.empty()) return Event::bad;
        state_ = State::size;
        break;
      case State::trailers:
        if (!take_line(line)) return Event::more;
        if (line.empty()) state_ = State::ending;
        break;
    }
  }
}

async::Task<bool> send(net::Stream& stream, std::string bytes, Pace pace, uint64_t seed) {
  Random random(seed);
  for (size_t at = 0; at < bytes.size();) {
    const std::string_view piece = std::string_view(bytes).substr(at, random.between(1, pace.piece_bytes_max));
    auto writing = stream.write(piece, net::no_timeout);
    auto written = co_await writing;
    if (!written) co_return false;
    at += piece.size();
    if (random.percent(pace.pause_percent)) {
      auto pausing = net::sleep_for(stream.loop(), static_cast<uint32_t>(random.between(0, pace.pause_ms_max)));
      co_await pausing;
    }
  }
  co_return true;
}

}  // namespace simulation
