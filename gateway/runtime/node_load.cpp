// How a configuration comes to be served: built, kept, published.

#include <ctime>

#include "gateway/runtime/generation_file.h"
#include "gateway/runtime/load_options.h"
#include "gateway/runtime/node.h"
#include "schema/compact.h"
#include "schema/report.h"

namespace runtime {

using observe::Level;

namespace {

constexpr size_t warnings_max = 100;  // shown in /status; the log has them all

// Tells the Admin API that a load runs.
class Busy {
 public:
  explicit Busy(std::atomic<bool>& busy) : busy_(busy) { busy_ = true; }
  ~Busy() { busy_ = false; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::atomic<bool>& busy_;
};

const schema::Document& document_of(const admin::LoadOutcome& outcome) {
  return outcome.config ? outcome.config->document : outcome.document;
}

}  // namespace

void Node::report(const schema::Problems& problems, const schema::Document& document, std::string_view head) {
  if (problems.all().empty()) return;
  log_.write(problems.any_error() ? Level::error : Level::warn, head);
  for (const schema::Problem& problem : problems.all())
    log_.write(problem.severity == schema::Severity::error ? Level::error : Level::warn,
               schema::report_line(problem, document));
}

void Node::note_refusal(std::string source, std::string first, size_t problems) {
  refused_count_.fetch_add(1, std::memory_order_relaxed);
  std::scoped_lock guard(config_mutex_);
  refusal_ = {static_cast<int64_t>(std::time(nullptr)), std::move(source), std::move(first), problems};
}

void Node::note_refusal(std::string source, const schema::Problems& problems, const schema::Document& document) {
  std::string first;
  for (const schema::Problem& problem : problems.all())
    if (problem.severity == schema::Severity::error && first.empty()) first = schema::report_line(problem, document);
  note_refusal(std::move(source), std::move(first), problems.errors());
}

// The snapshot of a configuration that is well-formed: routes and plugins may still not compile.
bool Node::make_snapshot(Candidate& candidate) {
  admin::LoadOutcome& outcome = candidate.outcome;
  candidate.snapshot = compile(outcome.config, settings_, state_, snapshots_ + 1, node_id_, outcome.problems);
  return candidate.snapshot != nullptr;
}

Node::Candidate Node::build(Sources sources, bool dry_run) {
  const Busy busy(loading_);
  Candidate candidate;
  admin::LoadOutcome& outcome = candidate.outcome;
  const std::string source = sources.empty() ? std::string() : sources.front().name;
  outcome.config = schema::load_apart(sources, outcome.problems, load_options(settings_), &outcome.document);
  bool good = outcome.config != nullptr && make_snapshot(candidate);
  if (outcome.config != nullptr && !good) {
    // What does not compile is told at its place in the document, so that is kept this time.
    outcome.problems = {};
    outcome.config = schema::load(std::move(sources), outcome.problems, load_options(settings_), &outcome.document);
    good = outcome.config != nullptr && make_snapshot(candidate);
  }
  if (!good && !dry_run) note_refusal(source, outcome.problems, document_of(outcome));
  report(outcome.problems, document_of(outcome),
         outcome.problems.any_error() ? "configuration refused; nothing has changed:"
                                      : "configuration accepted with warnings:");
  return candidate;
}

// What has been accepted before with the same words about it makes no other generation: ten of them should reach back
// further than an hour.
DiskFault Node::remember(admin::Generation& next, const Sources& sources) {
  const admin::Generation& now = serving_;
  const bool told_again = now.number != 0 && now.content == next.content && now.provenance == next.provenance &&
                          now.file_digest == next.file_digest && next.repeats == 0 && next.confirm_until_s == 0;
  if (told_again) return next = now, DiskFault();
  if (generations_ != nullptr) return generations_->add(next, sources, now.number);
  next.number = now.number + 1;
  for (const schema::Source& source : sources) next.bytes += source.text.size();
  return {};
}

admin::LoadOutcome Node::serve(Candidate candidate, admin::Generation next, const Sources& sources, Keep keep,
                               std::string keep_warning) {
  admin::LoadOutcome outcome = std::move(candidate.outcome);
  const Busy busy(loading_);
  keep_warning_ = std::move(keep_warning);
  if (keep != Keep::as_it_is) {
    next.at_s = std::time(nullptr);
    next.hash = outcome.config->hash;
    next.before = serving_.number;
    const DiskFault fault = remember(next, sources);
    if (fault.any() && keep == Keep::surely) {
      outcome.fault = {fault.no_space() ? 507 : 500,
                       "the configuration could not be kept in data_dir, nothing has changed: " + fault.what};
      log_.write(Level::error, outcome.fault.what);
      note_refusal("data_dir", outcome.fault.what, 1);
      return outcome;
    }
    if (fault.any()) {
      next.number = 0;
      keep_warning_ = "the configuration is served, but it could not be kept in data_dir: " + fault.what;
      log_.write(Level::error, keep_warning_);
    }
  }
  ++snapshots_;
  outcome.loaded = true;
  if (!workers_.empty())
    publish(candidate.snapshot);
  else if (!start_workers(candidate.snapshot))
    cannot_listen_ = true, outcome.loaded = false;
  if (!outcome.loaded) return outcome;
  outcome.generation = std::move(next);
  adopt(outcome);
  return outcome;
}

admin::LoadOutcome Node::take(Sources sources, admin::Generation next, Keep keep) {
  if (cannot_listen_) return {};
  Sources kept;
  if (keep != Keep::as_it_is) {
    kept = sources;
    next.content = digest_of(kept);
  }
  Candidate candidate = build(std::move(sources), false);
  if (candidate.snapshot == nullptr) return std::move(candidate.outcome);
  return serve(std::move(candidate), std::move(next), kept, keep);
}

admin::LoadOutcome Node::load(admin::LoadOrder order) {
  std::scoped_lock one_at_a_time(load_mutex_);
  if (order.dry_run) {
    Candidate candidate = build(std::move(order.sources), true);
    candidate.outcome.loaded = candidate.snapshot != nullptr;
    return std::move(candidate.outcome);
  }
  if (waiting_) {
    admin::LoadOutcome outcome;
    outcome.fault = {409, "generation " + std::to_string(serving_.number) +
                              " waits for its confirmation: confirm it or roll it back first"};
    return outcome;
  }
  Waiting waiting{clock_.now_ms() + order.confirm_within_s * uint64_t{1000}, serving_,
                  order.confirm_within_s != 0 ? config() : nullptr};
  admin::Generation next;
  next.origin = admin::Origin::post;
  next.provenance = std::move(order.provenance);
  next.file_digest = file_digest_;
  if (order.confirm_within_s != 0) next.confirm_until_s = std::time(nullptr) + order.confirm_within_s;
  admin::LoadOutcome outcome = take(std::move(order.sources), std::move(next), Keep::surely);
  if (outcome.loaded && order.confirm_within_s != 0) wait_for_confirmation(std::move(waiting));
  return outcome;
}

// What a load leaves behind: the configuration that is served now, and what people should know of it.
void Node::adopt(const admin::LoadOutcome& outcome) {
  std::vector<std::string> warnings;
  for (const std::string& skipped : outcome.config->skipped_plugins) {
    warnings.push_back("plugin left out: " + skipped);
    log_.write(Level::warn, warnings.back());
  }
  if (!keep_warning_.empty()) warnings.push_back(keep_warning_);
  for (const schema::Problem& problem : outcome.problems.all())
    if (warnings.size() < warnings_max) warnings.push_back(schema::report_line(problem, outcome.config->document));
  loaded_count_.fetch_add(1, std::memory_order_relaxed);
  state_.marks.keep_only(*outcome.config);
  std::scoped_lock guard(config_mutex_);
  config_ = outcome.config;
  serving_ = outcome.generation;
  loaded_at_s_ = std::time(nullptr);
  warnings_ = std::move(warnings);
  if (loaded_count() > 1) refusal_.reset();  // what a start had to pass over stays to be seen
  log_.print(Level::notice, "configuration {} loaded: {} services, {} routes, {} plugins", config_->hash,
             config_->services.size(), config_->routes.size(), config_->plugins.size());
}

}  // namespace runtime
