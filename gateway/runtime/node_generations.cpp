// The configurations before the one that is served: which of them a start takes, and how a node goes back to one.

#include <ctime>

#include "gateway/runtime/generation_file.h"
#include "gateway/runtime/node.h"
#include "schema/report.h"

namespace runtime {

using observe::Level;

namespace {

using Sources = std::vector<schema::Source>;

schema::Source nothing_configured() {
  return {"declarative_config_string", "_format_version: \"3.0\"\n", schema::Syntax::detect};
}

admin::LoadOutcome not_done(int status, std::string why) {
  admin::LoadOutcome outcome;
  outcome.fault = {status, std::move(why)};
  return outcome;
}

}  // namespace

bool Node::has_file() const {
  return !settings_.configuration_paths.empty() || !settings_.declarative_config.empty() ||
         !settings_.declarative_config_string.empty();
}

Node::Sources Node::configured_sources(schema::Problems& problems) const {
  if (!settings_.configuration_paths.empty()) return schema::open_sources(settings_.configuration_paths, problems);
  if (!settings_.declarative_config.empty()) return schema::open_sources({settings_.declarative_config}, problems);
  if (settings_.declarative_config_string.empty()) return {nothing_configured()};
  return {{"declarative_config_string", settings_.declarative_config_string, schema::Syntax::detect}};
}

bool Node::load_file(Sources sources, std::string digest, Keep keep) {
  admin::Generation next;
  next.origin = has_file() ? admin::Origin::file : admin::Origin::none;
  next.file_digest = digest;
  if (!take(std::move(sources), std::move(next), has_file() ? keep : Keep::as_it_is).loaded) return false;
  file_digest_ = std::move(digest);
  return true;
}

bool Node::load_kept(uint64_t number) {
  const admin::Generation kept = *generations_->find(number);
  auto sources = generations_->read(number);
  if (!sources) {
    log_.print(Level::error, "generation {} in {} cannot be read any more", number, settings_.data_dir);
    return false;
  }
  if (!take(std::move(*sources), kept, Keep::as_it_is).loaded) return false;
  file_digest_ = kept.file_digest;
  log_.print(Level::notice, "generation {} of {} is served", number, settings_.data_dir);
  return true;
}

// The latest that loads. One that waits for its confirmation goes on waiting, unless its time is over.
bool Node::load_any_kept() {
  const std::vector<uint64_t> numbers = generations_->latest_first();
  for (const uint64_t number : numbers) {
    const admin::Generation kept = *generations_->find(number);
    if (kept.confirm_until_s == 0) {
      if (load_kept(number)) return true;
      continue;
    }
    const bool latest = number == numbers.front();
    const admin::Generation* found = generations_->find(kept.before);
    const admin::Generation before = found != nullptr && !found->damaged ? *found : admin::Generation();
    const int64_t left_s = std::min(kept.confirm_until_s - std::time(nullptr), kept.confirm_until_s - kept.at_s);
    if (latest && left_s > 0 && load_kept(number)) {
      wait_for_confirmation({clock_.now_ms() + static_cast<uint64_t>(left_s) * 1000, before, nullptr});
      return true;
    }
    log_.print(Level::warn, "generation {} was not confirmed and is passed over", number);
    auto sources = latest ? generations_->read(before.number) : std::nullopt;
    if (!sources) continue;
    file_digest_ = kept.file_digest;
    if (take(std::move(*sources), repeating(before, admin::Origin::returned, {}), Keep::if_can_be).loaded) return true;
  }
  return false;
}

// A file that is not the one which the latest generation knew has been changed by somebody since, so it is what they
// want. Otherwise that generation is what was wanted last. When the first choice cannot be loaded there is still the
// other one.
bool Node::load_first() {
  std::scoped_lock one_at_a_time(load_mutex_);
  schema::Problems problems;
  Sources sources = configured_sources(problems);
  const bool readable = !problems.any_error();
  if (!readable) {
    report(problems, {}, "the configuration cannot be read:");
    note_refusal("file", problems, {});
  }
  const std::string digest = readable && has_file() ? digest_of(sources) : std::string();
  const std::vector<uint64_t> kept = generations_ == nullptr ? std::vector<uint64_t>() : generations_->latest_first();
  const bool file_first =
      kept.empty() || (readable && has_file() && generations_->find(kept.front())->file_digest != digest);

  bool loaded = file_first && readable && load_file(sources, digest, Keep::if_can_be);
  if (!loaded && !kept.empty()) loaded = load_any_kept();
  if (!loaded && !file_first && readable) loaded = load_file(std::move(sources), digest, Keep::if_can_be);
  return loaded;
}

void Node::reload() {
  std::scoped_lock one_at_a_time(load_mutex_);
  const auto refuse = [this](std::string why) {
    log_.write(Level::error, "configuration refused; nothing has changed: " + why);
    note_refusal("file", std::move(why), 1);
  };
  if (waiting_) return refuse("generation " + std::to_string(serving_.number) + " waits for its confirmation");
  schema::Problems problems;
  Sources sources = configured_sources(problems);
  if (problems.any_error()) {
    note_refusal("file", problems, {});
    return report(problems, {}, "the configuration cannot be read; nothing has changed:");
  }
  std::string digest = has_file() ? digest_of(sources) : std::string();
  const bool unchanged =
      generations_ != nullptr && generations_->find(serving_.number) != nullptr && digest == file_digest_;
  if (unchanged) return void(load_kept(serving_.number));  // with what certificates and references are now
  if (!has_file()) return log_.write(Level::notice, "there is no declarative_config to load again");
  load_file(std::move(sources), std::move(digest), Keep::surely);
}

admin::Generation Node::repeating(const admin::Generation& earlier, admin::Origin origin, admin::Provenance by) const {
  admin::Generation next;
  next.origin = origin;
  next.repeats = earlier.number;
  next.file_digest = file_digest_;
  next.provenance = earlier.provenance;  // of the text: that it came back is said by `repeats`
  next.provenance.synced_by = std::move(by.synced_by);
  next.provenance.identity = std::move(by.identity);
  return next;
}

// To what was served before the waiting one. Getting there matters more than keeping it: a full disk must not hold up
// the way back.
admin::LoadOutcome Node::go_back(admin::Origin origin, admin::Provenance by) {
  const Waiting waiting = *waiting_;
  auto sources =
      generations_ == nullptr || waiting.before.number == 0 ? std::nullopt : generations_->read(waiting.before.number);
  const Keep keep = sources || generations_ == nullptr ? Keep::if_can_be : Keep::as_it_is;
  admin::Generation next = keep == Keep::as_it_is ? waiting.before : repeating(waiting.before, origin, std::move(by));
  // The one that is kept may be out of reach just now, while its configuration is still in memory.
  const bool out_of_reach = keep == Keep::as_it_is && waiting.before.number != 0;
  if (!sources && waiting.before.number == 0) sources = Sources{nothing_configured()};
  admin::LoadOutcome outcome;
  if (waiting.config != nullptr) {
    Candidate candidate;
    candidate.outcome.config = waiting.config;
    next.content = waiting.before.content;
    if (!sources) next.bytes = waiting.before.bytes;
    if (make_snapshot(candidate))
      outcome = serve(std::move(candidate), std::move(next), sources.value_or(Sources()), keep,
                      out_of_reach ? "the configuration is served, but it could not be kept in data_dir: its generation cannot be read there" : "");
  } else if (sources) {
    outcome = take(std::move(*sources), std::move(next), keep);
  }
  std::scoped_lock guard(config_mutex_);
  waiting_.reset();
  if (!outcome.loaded)
    log_.write(Level::crit, "what was served before the unconfirmed configuration cannot be loaded any more");
  return outcome;
}

void Node::wait_for_confirmation(Waiting waiting) {
  {
    std::scoped_lock guard(config_mutex_);
    waiting_ = std::move(waiting);
  }
  control_.post([this] { look_for_confirmation(this); });
}

// On the control thread: the timer belongs to its loop.
void Node::look_for_confirmation(void* self) {
  Node& node = *static_cast<Node*>(self);
  std::scoped_lock one_at_a_time(node.load_mutex_);
  if (!node.waiting_) return;
  const uint64_t now_ms = node.clock_.now_ms();
  if (now_ms < node.waiting_->until_ms)
    return node.control_.arm(node.confirm_timer_, static_cast<uint32_t>(node.waiting_->until_ms - now_ms));
  node.log_.print(Level::warn, "generation {} was not confirmed: back to what was served before", node.serving_.number);
  node.go_back(admin::Origin::returned, {});
}

admin::LoadOutcome Node::roll_back(uint64_t number, admin::Provenance by) {
  std::scoped_lock one_at_a_time(load_mutex_);
  if (waiting_ && (number == 0 || number == waiting_->before.number))
    return go_back(admin::Origin::rollback, std::move(by));
  if (generations_ == nullptr) return not_done(409, "data_dir is not set: no earlier configuration is kept");
  const admin::Generation* wanted = generations_->find(number != 0 ? number : serving_.before);
  for (const uint64_t each : generations_->latest_first())
    if (wanted == nullptr && number == 0 && each != serving_.number) wanted = generations_->find(each);
  if (wanted == nullptr)
    return not_done(
        404, number != 0 ? "there is no generation " + std::to_string(number) : "there is no earlier generation");
  auto sources = generations_->read(wanted->number);
  if (wanted->damaged || !sources) return not_done(409, "generation " + std::to_string(wanted->number) + " is damaged");
  admin::LoadOutcome outcome =
      take(std::move(*sources), repeating(*wanted, admin::Origin::rollback, std::move(by)), Keep::surely);
  std::scoped_lock guard(config_mutex_);
  if (outcome.loaded) waiting_.reset();
  return outcome;
}

admin::Fault Node::confirm(std::string_view hash) {
  std::scoped_lock one_at_a_time(load_mutex_);
  if (!waiting_) return {409, "no configuration waits for confirmation"};
  if (!hash.empty() && hash != serving_.hash)
    return {412, "the waiting configuration is " + serving_.hash + ", not " + std::string(hash)};
  if (generations_ != nullptr)
    if (const DiskFault fault = generations_->confirm(serving_.number); fault.any())
      return {fault.no_space() ? 507 : 500,
              "the confirmation could not be kept in data_dir, the configuration still waits: " + fault.what};
  log_.print(Level::notice, "generation {} is confirmed", serving_.number);
  std::scoped_lock guard(config_mutex_);
  waiting_.reset();
  serving_.confirm_until_s = 0;
  return {};
}

admin::Standing Node::standing() {
  std::scoped_lock guard(config_mutex_);
  const uint64_t now_ms = clock_.now_ms();
  admin::Standing standing{serving_, loaded_at_s_,        loaded_count(), refused_count(), generations_ != nullptr,
                           0,        waiting_.has_value()};
  if (waiting_ && waiting_->until_ms > now_ms) standing.waiting_s = (waiting_->until_ms - now_ms + 999) / 1000;
  return standing;
}

std::vector<admin::Generation> Node::generations() {
  std::scoped_lock one_at_a_time(load_mutex_);
  if (generations_ != nullptr) return generations_->all();
  return serving_.number == 0 ? std::vector<admin::Generation>() : std::vector<admin::Generation>{serving_};
}

}  // namespace runtime
