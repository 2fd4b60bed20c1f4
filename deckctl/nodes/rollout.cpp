#include "deckctl/nodes/rollout.h"

namespace deckctl {

namespace {

// What the node says it runs after a load decides, whatever the answer to the load was: that one may have been lost.
void load_one(Step& step) {
  const Telling telling = step.node->load(step.text, step.before_hash);
  std::string hash;
  const std::string silence = step.node->ask_hash(hash);
  if (silence.empty() && hash == step.hash) {
    step.outcome = Outcome::synced;
    return;
  }
  if (telling.told != Told::done) step.why = telling.why;
  else step.why = silence.empty() ? "took it, but reports the hash " + hash + " in place of " + step.hash : "took it, and then: " + silence;
  const bool as_before = silence.empty() ? hash == step.before_hash : telling.told == Told::refused;
  step.outcome = as_before ? Outcome::untouched : Outcome::unknown;
}

// False: it could not be done; `why` says so.
bool put_back(Step& step) {
  const Telling telling = step.node->load(step.before_text, step.hash);
  std::string hash;
  const std::string silence = step.node->ask_hash(hash);
  if (silence.empty() && hash == step.before_text_hash) {
    step.outcome = Outcome::put_back;
    return true;
  }
  step.outcome = silence.empty() && hash == step.hash ? Outcome::synced : Outcome::unknown;
  const std::string reason = telling.told != Told::done ? telling.why : !silence.empty() ? silence : "reports the hash " + hash;
  step.why += (step.why.empty() ? "" : "; ") + ("could not be put back: " + reason);
  return false;
}

void put_back_all(std::vector<Step>& steps, const Say& say) {
  for (Step& step : steps) {
    if (step.outcome != Outcome::synced) continue;
    const bool done = put_back(step);
    say(step.node->name() + (done ? ": has again what it had before" : ": " + step.why));
  }
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

bool try_everywhere(std::vector<Step>& steps, const Say& say) {
  bool all_good = true;
  for (Step& step : steps) {
    if (step.same) continue;
    const Telling telling = step.node->dry_run(step.text, step.before_hash);
    step.why = telling.why;
    all_good = all_good && telling.told == Told::done;
    say(step.node->name() + ": " + (telling.told == Told::done ? "would take it" : telling.why));
  }
  return all_good;
}

bool roll_out(std::vector<Step>& steps, const Say& say) {
  for (Step& step : steps) {
    if (step.same) {
      step.outcome = Outcome::same;
      continue;
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
  return true;
}

}  // namespace deckctl
