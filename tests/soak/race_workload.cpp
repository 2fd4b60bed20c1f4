#include "tests/soak/race_workload.h"

#include <algorithm>

namespace soak {

namespace {

constexpr size_t faults_told_max = 10;

enum Method : size_t { get, put, post };
constexpr std::array<const char*, 3> method_names = {"GET", "PUT", "POST"};

uint64_t mixed(uint64_t number) { return (number ^ (number >> 7)) * 0x9e3779b97f4a7c15u >> 32; }

Method method_of(uint64_t number) {
  const uint64_t draw = mixed(number) % 10;
  return draw < 5 ? get : draw < 6 ? put : post;
}

size_t habit_of(uint64_t number) { return number % race_habits.size(); }

size_t body_bytes_of(uint64_t number) {
  const uint64_t draw = mixed(number + 1);
  return draw % 20 == 0 ? 20'000 : draw % 2'000;
}

}  // namespace

const char* path_of(Habit habit) {
  switch (habit) {
    case Habit::ends:
      return "/ends";
    case Habit::resets:
      return "/resets";
    case Habit::breaks:
      return "/breaks";
    default:
      return "/steady";
  }
}

bool RaceWorkload::next(Ask& ask) {
  if (next_ >= ledger_.size()) return false;
  ask.number = next_++;
  asked_at_[ask.number] = Clock::now();
  const Method method = method_of(ask.number);
  ++asked_[method];
  ask.text = std::string(method_names[method]) + " " + path_of(race_habits[habit_of(ask.number)]) + "/" +
             std::to_string(ask.number) + " HTTP/1.1\r\nHost: race\r\n";
  const size_t bytes = method == get ? 0 : body_bytes_of(ask.number);
  if (method != get) ask.text += "Content-Length: " + std::to_string(bytes) + "\r\n";
  ask.text += "\r\n";
  ask.text.append(bytes, 'x');
  return true;
}

void RaceWorkload::fault(uint64_t number, std::string what) {
  ++faults_;
  if (first_faults_.size() < faults_told_max)
    first_faults_.push_back(std::string(method_names[method_of(number)]) + " " +
                            path_of(race_habits[habit_of(number)]) + "/" + std::to_string(number) + ": " + what);
}

void RaceWorkload::answered(uint64_t number, int status, std::string_view body) {
  ++answered_;
  if (status == 200) {
    if (body != std::to_string(number)) fault(number, "the answer of " + std::string(body.substr(0, 20)));
    if (ledger_.times_processed(number) == 0) fault(number, "answered, and no upstream has seen it");
    return;
  }
  if (status != 502 || method_of(number) != post)
    return fault(number, std::to_string(status) + " although it may be sent again");
  Refused& refused = refused_[habit_of(number)];
  if (ledger_.was_begun(number))
    ++refused.begun;
  else
    refused.unseen.push_back({asked_at_[number], Clock::now()});
}

// What no upstream had must have been sent again, with one exception: a reset that it met on the way. A reset does not
// say what its sender had read before it: almost every request that was read is not acknowledged yet either, since the
// acknowledgement waits for the answer. Once the reset is there nothing can be written, so nothing is in doubt: each
// exception has a reset in its time. (ended_before.py has the case without doubt.)
void RaceWorkload::judge_unseen(const std::vector<Span>& resets, std::vector<std::string>& found) const {
  for (size_t habit = 0; habit < race_habits.size(); ++habit) {
    const auto met_a_reset = [&](const Span& request) {
      const auto next =
          std::lower_bound(resets.begin(), resets.end(), request.begin,
                           [](const Span& reset, Clock::time_point moment) { return reset.end < moment; });
      return race_habits[habit] == Habit::resets && next != resets.end() && next->begin <= request.end;
    };
    const std::vector<Span>& unseen = refused_[habit].unseen;
    const auto met = std::count_if(unseen.begin(), unseen.end(), met_a_reset);
    const size_t given_up = unseen.size() - static_cast<size_t>(met);
    if (given_up != 0)
      found.push_back(std::string(path_of(race_habits[habit])) + ": " + std::to_string(given_up) +
                      " POST requests were given up that no upstream had seen");
  }
}

std::vector<std::string> RaceWorkload::judge(const std::vector<Span>& resets) const {
  std::vector<std::string> found = first_faults_;
  if (faults_ > found.size()) found.push_back("and " + std::to_string(faults_ - found.size()) + " more");
  if (answered_ != ledger_.size())
    found.push_back(std::to_string(answered_) + " answers to " + std::to_string(ledger_.size()) + " requests");
  if (connections_ended_ != 0)
    found.push_back(std::to_string(connections_ended_) + " connections of clients were ended");
  uint64_t twice = 0;
  for (uint64_t number = 0; number < ledger_.size(); ++number)
    twice += method_of(number) == post && ledger_.times_processed(number) > 1;
  if (twice != 0) found.push_back(std::to_string(twice) + " POST requests were processed twice");
  judge_unseen(resets, found);
  // A race that nobody ran proves nothing.
  if (refused_[2].begun == 0) found.push_back("no connection was ended over a request");
  return found;
}

std::string RaceWorkload::figures() const {
  std::string text = "{\"requests\": " + std::to_string(next_) + ", \"get\": " + std::to_string(asked_[get]) +
                     ", \"put\": " + std::to_string(asked_[put]) + ", \"post\": " + std::to_string(asked_[post]) +
                     ", \"answers\": " + std::to_string(answered_) + ", \"faults\": " + std::to_string(faults_);
  for (size_t habit = 0; habit < race_habits.size(); ++habit) {
    const std::string name = std::string(path_of(race_habits[habit]) + 1);
    text += ", \"post_502_" + name + "_begun\": " + std::to_string(refused_[habit].begun) + ", \"post_502_" + name +
            "_unseen\": " + std::to_string(refused_[habit].unseen.size());
  }
  return text + "}";
}

}  // namespace soak
