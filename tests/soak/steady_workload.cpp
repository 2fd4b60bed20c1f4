#include "tests/soak/steady_workload.h"

namespace soak {

bool SteadyWorkload::next(Ask& ask) {
  if (stopping_) return false;
  ask.number = next_++;
  const size_t bytes = ask.number % 3 == 0 ? ask.number % 3'000 : 0;
  ask.text =
      (bytes > 0 ? "POST /steady/" : "GET /steady/") + std::to_string(ask.number) + " HTTP/1.1\r\nHost: steady\r\n";
  if (bytes > 0) ask.text += "Content-Length: " + std::to_string(bytes) + "\r\n";
  ask.text += "\r\n";
  ask.text.append(bytes, 'x');
  return true;
}

void SteadyWorkload::answered(uint64_t number, int status, std::string_view body) {
  ++answered_;
  failed_ += status != 200 || body != std::to_string(number);
}

std::string SteadyWorkload::figures(uint64_t upstream_connections) const {
  return "{\"answered\": " + std::to_string(answered_) + ", \"failed\": " + std::to_string(failed_) +
         ", \"lost\": " + std::to_string(lost_) + ", \"connections_ended\": " + std::to_string(connections_ended_) +
         ", \"upstream_connections\": " + std::to_string(upstream_connections) + "}";
}

}  // namespace soak
