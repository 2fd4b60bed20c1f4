#include "deckctl/nodes/rollout.h"

#include <doctest/doctest.h>
#include <pthread.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "schema/uuid.h"

using deckctl::Outcome;
using deckctl::Reply;

namespace {

// A node that runs whatever text it is given; a script says which of its loads go wrong, and how.
struct Scripted {
  std::string running = "old";
  std::vector<std::string> loads;  // "refuse", "lose" (done, no answer), "die"; those beyond the script are good
  size_t posts = 0, dry_runs = 0;
  bool dead = false, waits = false;
  std::function<void()> at_post = [] {};
  std::string before, query;
  std::vector<std::string> confirms;  // as `loads`, of confirmations

  std::string hash() const { return schema::md5_hex(running); }
};

class ScriptedTransport final : public deckctl::Transport {
 public:
  explicit ScriptedTransport(Scripted& node) : node_(node) {}

  Reply get(const std::string& path) override {
    if (node_.dead) return {0, "", "cannot connect", false};
    if (path == "/status") return {200, nlohmann::json{{"configuration_hash", node_.hash()}}.dump(), "", true};
    if (path == "/gateway/status") return {200, nlohmann::json{{"hash", node_.hash()}, {"pending", node_.waits ? nlohmann::json::object() : nlohmann::json()}}.dump(), "", true};
    return {404, "{}", "", true};
  }

  void give_up(const std::string&) override {}
  void resume() override {}

  Reply post(const std::string& path, const std::string& body, const std::string&) override {
    if (node_.dead) return {0, "", "cannot connect", false};
    if (path.starts_with("/gateway/")) return ask(path);
    const size_t at = path.find("if_hash=");
    REQUIRE(at != std::string::npos);
    if (path.compare(at + 8, 32, node_.hash()) != 0) return {412, "{}", "", true};
    if (path.find("dry_run=1") != std::string::npos) {
      ++node_.dry_runs;
      return {200, "{}", "", true};
    }
    const std::string how = node_.posts < node_.loads.size() ? node_.loads[node_.posts] : "";
    ++node_.posts;
    node_.at_post();
    if (how == "refuse") return {400, R"({"problems":["config:1:1: services[0].host: no"],"flattened_errors":[{"entity":{"key":"hidden"}}]})", "", true};
    node_.dead = how == "die";
    if (!node_.dead) {
      node_.before = node_.running;
      node_.running = body;
      node_.waits = path.find("&confirm_within=") != std::string::npos;
      node_.query = path;
    }
    if (!how.empty()) return {0, "", "the connection ended", true};
    return {201, "{}", "", true};
  }

 private:
  Reply ask(const std::string& path) {
    if (path.find("hash=" + node_.hash()) == std::string::npos) return {412, "{}", "", true};
    if (path.starts_with("/gateway/rollback")) {
      node_.running = node_.before;
      node_.waits = false;
      return {200, "{}", "", true};
    }
    const std::string how = node_.confirms.empty() ? "" : node_.confirms.front();
    if (!node_.confirms.empty()) node_.confirms.erase(node_.confirms.begin());
    if (how == "refuse") return {507, R"({"message":"no space"})", "", true};
    if (how == "lose") {
      node_.waits = false;
      return {0, "", "the connection ended", true};
    }
    if (!node_.waits) return {409, R"({"message":"no configuration waits for confirmation"})", "", true};
    node_.waits = false;
    return {200, "{}", "", true};
  }

  Scripted& node_;
};

// Three nodes and what is to happen on them.
struct World {
  Scripted scripts[3];
  std::vector<std::unique_ptr<deckctl::RemoteNode>> nodes;
  std::vector<deckctl::Step> steps;
  std::string said;
  deckctl::Interruption interruption;

  World() {
    for (size_t i = 0; i < 3; ++i) {
      nodes.push_back(std::make_unique<deckctl::RemoteNode>("node-" + std::to_string(i), 10, std::make_unique<ScriptedTransport>(scripts[i])));
      deckctl::Step step;
      step.node = nodes.back().get();
      step.before_text = "old";
      step.before_hash = step.before_text_hash = schema::md5_hex("old");
      step.text = "new";
      step.hash = schema::md5_hex("new");
      steps.push_back(step);
    }
  }
  bool roll() {
    return deckctl::roll_out(steps, interruption, [this](const std::string& line) { said += line + "\n"; });
  }
};

}  // namespace

TEST_CASE("a rollout ends with the new configuration on every node") {
  World world;
  world.scripts[1].running = "new";
  world.steps[1].same = true;
  CHECK(world.roll());
  for (const Scripted& node : world.scripts) CHECK(node.running == "new");
  CHECK(world.steps[0].outcome == Outcome::synced);
  CHECK(world.steps[1].outcome == Outcome::same);
  CHECK(world.scripts[1].posts == 0);
}

TEST_CASE("at a refusal the nodes before get back what they had, and those behind are not touched") {
  World world;
  world.scripts[1].loads = {"refuse"};
  CHECK_FALSE(world.roll());
  for (const Scripted& node : world.scripts) CHECK(node.running == "old");
  CHECK(world.steps[0].outcome == Outcome::put_back);
  CHECK(world.steps[1].outcome == Outcome::untouched);
  CHECK(world.steps[2].outcome == Outcome::untouched);
  CHECK(world.scripts[2].posts == 0);
  CHECK(world.said.find("services[0].host: no") != std::string::npos);
  CHECK(world.said.find("hidden") == std::string::npos);
}

TEST_CASE("a lost answer is no failure when the node runs the new configuration") {
  World world;
  world.scripts[1].loads = {"lose"};
  CHECK(world.roll());
  CHECK(world.steps[1].outcome == Outcome::synced);
}

TEST_CASE("of a node that died nothing is known") {
  World world;
  world.scripts[1].loads = {"die"};
  CHECK_FALSE(world.roll());
  CHECK(world.steps[0].outcome == Outcome::put_back);
  CHECK(world.steps[1].outcome == Outcome::unknown);
}

TEST_CASE("a node that cannot be put back is told, the others are put back all the same") {
  World world;
  world.scripts[0].loads = {"", "refuse"};
  world.scripts[2].loads = {"refuse"};
  CHECK_FALSE(world.roll());
  CHECK(world.steps[0].outcome == Outcome::synced);
  CHECK(world.steps[0].why.find("could not be put back") != std::string::npos);
  CHECK(world.steps[1].outcome == Outcome::put_back);
  CHECK(world.scripts[1].running == "old");
}

TEST_CASE("a node that somebody else changed meanwhile keeps what it was given") {
  World world;
  world.scripts[0].running = "theirs";
  CHECK_FALSE(world.roll());
  CHECK(world.scripts[0].running == "theirs");
  CHECK(world.scripts[1].posts == 0);
}

TEST_CASE("a dry run asks every node that has something to gain, and changes none") {
  World world;
  world.steps[1].same = true;
  world.scripts[2].dead = true;
  CHECK_FALSE(deckctl::try_everywhere(world.steps, world.interruption, [](const std::string&) {}));
  CHECK(world.scripts[0].dry_runs == 1);
  CHECK(world.scripts[1].dry_runs == 0);
  CHECK(world.steps[2].why == "cannot connect");
  for (const Scripted& node : world.scripts) CHECK(node.running == "old");
}

TEST_CASE("a rollout that is interrupted begins no further node, and puts back those that are done") {
  World world;
  // Once: it is posted to a second time when it gets back what it had.
  world.scripts[1].at_post = [us = pthread_self(), times = 0]() mutable {
    if (times++ == 0) pthread_kill(us, SIGTERM);
  };
  CHECK_FALSE(world.roll());
  CHECK(world.steps[0].outcome == Outcome::put_back);
  CHECK(world.steps[1].outcome == Outcome::put_back);
  CHECK(world.steps[2].outcome == Outcome::untouched);
  CHECK(world.scripts[2].posts == 0);
  CHECK(world.said.find("interrupted before node-2") != std::string::npos);
}

TEST_CASE("a signal during the last load comes too late: the configuration is on every node") {
  World world;
  world.scripts[2].at_post = [us = pthread_self()] { pthread_kill(us, SIGINT); };
  CHECK(world.roll());
  for (const Scripted& node : world.scripts) CHECK(node.running == "new");
}

TEST_CASE("what has to be confirmed is confirmed when every node has it") {
  World world;
  for (deckctl::Step& step : world.steps) step.with = {.commit = "c0ffee", .author = "Ann & Bo <a@b>", .confirm_within_s = 60};
  world.scripts[1].confirms = {"lose"};
  CHECK(world.roll());
  for (const Scripted& node : world.scripts) {
    CHECK(node.running == "new");
    CHECK_FALSE(node.waits);
    CHECK(node.query.ends_with("&commit=c0ffee&author=Ann%20%26%20Bo%20%3Ca%40b%3E&confirm_within=60"));
  }
  CHECK(world.said.find("node-2: confirmed") != std::string::npos);
}

TEST_CASE("when one node does not take it the others are let go, unconfirmed") {
  World world;
  for (deckctl::Step& step : world.steps) step.with.confirm_within_s = 60;
  world.scripts[2].loads = {"refuse"};
  CHECK_FALSE(world.roll());
  for (const Scripted& node : world.scripts) {
    CHECK(node.running == "old");
    CHECK_FALSE(node.waits);
  }
  CHECK(world.scripts[0].posts == 1);
  CHECK(world.steps[0].outcome == Outcome::put_back);
}

TEST_CASE("when one cannot be confirmed those that are get back what they had, and the others are let go") {
  World world;
  for (deckctl::Step& step : world.steps) step.with.confirm_within_s = 60;
  world.scripts[1].confirms = {"refuse"};
  CHECK_FALSE(world.roll());
  for (const Scripted& node : world.scripts) CHECK(node.running == "old");
  CHECK(world.scripts[0].posts == 2);
  CHECK(world.scripts[1].posts == 1);
  CHECK(world.steps[1].why.find("no space") != std::string::npos);
}
