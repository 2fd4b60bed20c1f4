#include "deckctl/nodes/comparison.h"

#include <algorithm>
#include <map>

#include "deckctl/nodes/round.h"
#include "schema/dump.h"

namespace deckctl {

namespace {

// Nodes that run the same need the same changes: they are told apart by what they say, without times.
std::string identity_of(const schema::Config& config) {
  schema::DumpOptions options;
  options.timestamps = false;
  return schema::to_json(config, options);
}

class Comparing {
 public:
  Comparing(const schema::Config& source, const std::vector<std::string>& tags, const schema::LoadOptions& options) : source_(source), tags_(tags), options_(options) {}

  void add(ComparedNode compared, Comparison& comparison) {
    if (compared.fault.empty()) compared.fault = compared.node->understand(compared.running);
    if (compared.fault.empty()) compared.wanted = wanted_for(*compared.running.config, compared.fault);
    if (compared.fault.empty()) place_in_group(compared, comparison.groups);
    comparison.nodes.push_back(std::move(compared));
  }

 private:
  std::shared_ptr<const Wanted> wanted_for(const schema::Config& running, std::string& fault) {
    if (!tags_.empty()) return wanted_of(source_, tags_, running, options_, fault);
    if (alone_ == nullptr && fault_.empty()) alone_ = wanted_of(source_, options_, fault_);
    fault = fault_;
    return alone_;
  }

  void place_in_group(ComparedNode& compared, std::vector<Changes>& groups) {
    const auto [known, fresh] = group_of_.emplace(identity_of(*compared.running.config), groups.size());
    if (fresh) groups.push_back(changes_between(*compared.running.config, *compared.wanted->config, source_.document.files));
    Changes& group = groups[known->second];
    group.nodes.push_back(compared.node->name());
    compared.entities = count_entities(*compared.running.config, tags_);
    compared.removals = group.count(schema::ChangeKind::remove);
    compared.same = group.list.empty();
  }

  const schema::Config& source_;
  const std::vector<std::string>& tags_;
  const schema::LoadOptions& options_;
  std::shared_ptr<const Wanted> alone_;
  std::string fault_;
  std::map<std::string, size_t> group_of_;
};

void join_unchanged(std::vector<Changes>& groups) {
  const auto unchanged = [](const Changes& group) { return group.list.empty(); };
  const auto first = std::find_if(groups.begin(), groups.end(), unchanged);
  if (first == groups.end()) return;
  for (auto other = first + 1; other != groups.end(); ++other)
    if (unchanged(*other)) first->nodes.insert(first->nodes.end(), other->nodes.begin(), other->nodes.end());
  groups.erase(std::remove_if(first + 1, groups.end(), unchanged), groups.end());
}

}  // namespace

bool Comparison::any_fault() const {
  return std::any_of(nodes.begin(), nodes.end(), [](const ComparedNode& node) { return !node.fault.empty(); });
}

bool Comparison::any_change() const {
  return std::any_of(groups.begin(), groups.end(), [](const Changes& group) { return !group.list.empty(); });
}

Comparison compare(const schema::Config& source, const std::vector<std::string>& tags, const schema::LoadOptions& options,
                   std::vector<std::unique_ptr<RemoteNode>> nodes, Interruption* interruption) {
  std::vector<ComparedNode> all(nodes.size());
  std::vector<RemoteNode*> asked;
  for (size_t i = 0; i < nodes.size(); ++i) {
    all[i].node = std::move(nodes[i]);
    asked.push_back(all[i].node.get());
  }
  ask_side_by_side(asked, [&all](size_t i) { all[i].fault = all[i].node->fetch(all[i].running); }, interruption);
  Comparison comparison;
  Comparing comparing(source, tags, options);
  for (ComparedNode& compared : all) comparing.add(std::move(compared), comparison);
  join_unchanged(comparison.groups);
  return comparison;
}

}  // namespace deckctl
