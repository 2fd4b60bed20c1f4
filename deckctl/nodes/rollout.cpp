#include "deckctl/nodes/rollout.h"

#include <algorithm>

#include "deckctl/nodes/round.h"

namespace deckctl {

namespace {

struct Loaded {
  Telling telling;
  std::string hash, silence;  // what it runs then, or why that is not known
};

// What the node says it runs after a load decides, whatever the answer to the load was: that one may have been lost.
Loaded load_and_ask(RemoteNode& node, const std::function<Telling()>& tell) {
  Loaded loaded;
  ask_alone(node, [&] { loaded.telling = tell(); });
  ask_alone(node, [&] { loaded.silence = node.ask_hash(loaded.hash); });
  return loaded;
}

void load_one(Step& step) {
  const auto& [telling, hash, silence] = load_and_ask(*step.node, [&] { return step.node->load(step.text, step.before_hash, step.with); });
  if (silence.empty() && hash == step.hash) {
    step.outcome = Outcome::synced;
    return;
  }
  if (telling.told != Told::done) step.why = telling.why;
  else step.why = silence.empty() ? "took it, but reports the hash " + hash + " in place of " + step.hash : "took it, and then: " + silence;
  const bool as_before = silence.empty() ? hash == step.before_hash : telling.told == Told::refused;
  step.outcome = as_before ? Outcome::untouched : Outcome::unknown;
}

// False: it could not be done; `why` says so. One that still waits for its confirmation only has to be let go.
bool put_back(Step& step) {
  const bool waits = step.with.confirm_within_s != 0 && !step.confirmed;
  Accompanying with = step.with;
  with.confirm_within_s = 0;
  const auto& [telling, hash, silence] = load_and_ask(*step.node, [&] {
    return waits ? step.node->roll_back(step.hash, with) : step.node->load(step.before_text, step.hash, {.synced_by = with.synced_by});
  });
  if (silence.empty() && hash == (waits ? step.before_hash : step.before_text_hash)) {
    step.outcome = Outcome::put_back;
    return true;
  }
  step.outcome = silence.empty() && hash == step.hash ? Outcome::synced : Outcome::unknown;
  const std::string reason = telling.told != Told::done ? telling.why : !silence.empty() ? silence : "reports the hash " + hash;
  step.why += (step.why.empty() ? "" : "; ") + ("could not be put back: " + reason);
  if (waits) step.why += "; it goes back by itself, unconfirmed, within " + std::to_string(step.with.confirm_within_s) + " s";
  return false;
}

void put_back_all(std::vector<Step>& steps, const Say& say) {
  for (Step& step : steps) {
    if (step.outcome != Outcome::synced) continue;
    const bool done = put_back(step);
    say(step.node->name() + (done ? ": has again what it had before" : ": " + step.why));
  }
}

// False at the first node that cannot be told.
bool confirm_all(std::vector<Step>& steps, const Say& say) {
  for (Step& step : steps) {
    if (step.outcome != Outcome::synced) continue;
    Telling telling;
    ask_alone(*step.node, [&] { telling = step.node->confirm(step.hash); });
    step.confirmed = telling.told == Told::done;
    if (!step.confirmed) {
      step.why = "could not be confirmed: " + telling.why;
      say(step.node->name() + ": " + step.why);
      return false;
    }
    say(step.node->name() + ": confirmed");
  }
  return true;
}

}  // namespace

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::untouched: return "untouched";
    case Outcome::same: return "already the same";
    case Outcome::synced: return "synced";
    case Outcome::put_back: return "put back";
    default: return "unknown";
  }
}

bool try_everywhere(std::vector<Step>& steps, Interruption& interruption, const Say& say) {
  std::vector<Step*> asked;
  std::vector<RemoteNode*> nodes;
  for (Step& step : steps)
    if (!step.same) asked.push_back(&step), nodes.push_back(step.node);
  std::vector<Telling> tellings(asked.size());
  const auto ask = [&](size_t i) { tellings[i] = asked[i]->node->dry_run(asked[i]->text, asked[i]->before_hash); };
  bool all_good = ask_side_by_side(nodes, ask, &interruption);
  for (size_t i = 0; i < asked.size(); ++i) {
    const bool takes_it = tellings[i].told == Told::done;
    asked[i]->why = tellings[i].why;
    all_good = all_good && takes_it;
    say(nodes[i]->name() + ": " + (takes_it ? "would take it" : tellings[i].why));
  }
  if (interruption.asked()) say("interrupted");
  return all_good;
}

bool roll_out(std::vector<Step>& steps, Interruption& interruption, const Say& say) {
  for (Step& step : steps) {
    if (step.same) {
      step.outcome = Outcome::same;
      continue;
    }
    if (interruption.asked()) {
      say("interrupted before " + step.node->name());
      put_back_all(steps, say);
      return false;
    }
    load_one(step);
    if (step.outcome == Outcome::synced) {
      say(step.node->name() + ": runs " + step.hash);
      continue;
    }
    say(step.node->name() + ": " + step.why);
    put_back_all(steps, say);
    return false;
  }
  const bool waits = std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.with.confirm_within_s != 0; });
  if (!waits || confirm_all(steps, say)) return true;
  put_back_all(steps, say);
  return false;
}

}  // namespace deckctl
