#include "deckctl/nodes/wanted.h"

#include <algorithm>

#include "deckctl/changes/changes.h"
#include "deckctl/nodes/remote_node.h"
#include "deckctl/nodes/stable_ids.h"
#include "schema/digest.h"
#include "schema/dump.h"
#include "schema/emit.h"
#include "schema/masked.h"
#include "schema/naming.h"

namespace deckctl {

namespace {

using schema::Arena;
using schema::Config;
using schema::Value;

schema::DumpOptions without_times() {
  schema::DumpOptions options;
  options.timestamps = false;
  return options;
}

Value tree_to_send(const Config& source, Arena& arena) {
  const Value tree = schema::to_value(source, arena, without_times());
  return with_stable_ids(source, tree, arena);
}

// A secret, or what the source says is to be masked, that is just the mask that a dump shows.
bool is_masked(const schema::Shape* shape, const Value& value) {
  if (value.is_text())
    return ((shape != nullptr && shape->secret) || value.from_secret) && value.as_text() == secret_mask;
  if (value.is_array())
    return std::any_of(value.items().begin(), value.items().end(),
                       [&](const Value& item) { return is_masked(shape != nullptr ? shape->items : nullptr, item); });
  if (!value.is_object()) return false;
  return std::any_of(value.members().begin(), value.members().end(), [&](const schema::Member& member) {
    const schema::Shape* below = shape == nullptr ? nullptr : shape->type == schema::Type::map ? shape->items : shape->field(member.name);
    return is_masked(below, member.value);
  });
}

bool is_masked(const schema::Entity& entity) {
  const Value* name = entity.given.find("name");
  const schema::PluginShape* plugin = entity.shape->name == "plugins" && name != nullptr && name->is_text() ? schema::shapes().plugin(name->as_text()) : nullptr;
  const Value* settings = entity.given.find("config");
  return is_masked(entity.shape, entity.given) || (plugin != nullptr && settings != nullptr && is_masked(plugin->config, *settings));
}

// A value that was written down and read again forgets where it stood in the source, and that it came from a secret.
void take_origin(Value& copy, const Value& original) {
  copy.place = original.place;
  copy.from_secret = copy.from_secret || original.from_secret;
  if (copy.is_array() && original.is_array()) {
    const auto items = copy.items(), originals = original.items();
    for (size_t i = 0; i < items.size() && i < originals.size(); ++i) take_origin(items[i], originals[i]);
  } else if (copy.is_object() && original.is_object()) {
    for (schema::Member& member : copy.members()) {
      const Value* source = original.find(member.name);
      if (source != nullptr) take_origin(member.value, *source);
      else member.value.place = {};
    }
  }
}

// The source's entities are the last ones of each list, in their order.
void take_origins(const Config& copy, const Config& original) {
  for (const auto& [collection, entities] : copy.entities) {
    const auto found = original.entities.find(collection);
    if (found == original.entities.end() || found->second.size() > entities.size()) continue;
    const size_t first = entities.size() - found->second.size();
    for (size_t i = 0; i < found->second.size(); ++i) {
      Value given = entities[first + i].given;  // its members are those of the entity
      take_origin(given, found->second[i].given);
    }
  }
}

// Places in a text that nobody wrote say nothing.
std::string told(const schema::Problems& problems) {
  std::string text = "the source does not go together with what stays on the node, because it has not all of the tags:";
  for (const schema::Problem& problem : problems.all())
    if (problem.severity == schema::Severity::error) text += "\n  " + schema::to_text(problem.path) + ": " + problem.what;
  return text;
}

std::unique_ptr<const Wanted> loaded_again(std::string text, const Config& source, const schema::LoadOptions& options, std::string& wrong) {
  auto wanted = std::make_unique<Wanted>();
  schema::Problems problems;
  wanted->config = schema::load({{"", text, schema::Syntax::json}}, problems, options);
  if (wanted->config == nullptr) return wrong = told(problems), nullptr;
  take_origins(*wanted->config, source);
  wanted->hash = hash_of(text, *wanted->config);
  wanted->text = std::move(text);
  return wanted;
}

bool has_tag(const Value& entity, std::string_view tag) {
  const Value* own = entity.find("tags");
  return own != nullptr && own->is_array() && std::any_of(own->items().begin(), own->items().end(), [&](const Value& one) { return one.is_text() && one.as_text() == tag; });
}

bool has_all(const Value& entity, const std::vector<std::string>& tags) {
  return std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) { return has_tag(entity, tag); });
}

// Entities of kinds that cannot be tagged stay as they are.
Value tagged(const Value& entity, const std::vector<std::string>& tags, Arena& arena) {
  std::vector<schema::Member> members(entity.members().begin(), entity.members().end());
  for (schema::Member& member : members) {
    if (member.name != "tags") continue;
    std::vector<Value> all;
    if (member.value.is_array()) all.assign(member.value.items().begin(), member.value.items().end());
    for (const std::string& tag : tags)
      if (!has_tag(entity, tag)) all.push_back(Value::text(tag));
    member.value = arena.array(all);
  }
  return arena.object(members);
}

// Both trees are flat lists by collection; the references in them are ids.
Value merged(const Value& node, const Value& source, const std::vector<std::string>& tags, Arena& arena) {
  std::vector<schema::Member> members;
  for (const schema::Member& member : node.members()) {
    if (!member.value.is_array()) {
      members.push_back(member);
      continue;
    }
    std::vector<Value> kept;
    for (const Value& entity : member.value.items())
      if (!has_all(entity, tags)) kept.push_back(entity);
    members.push_back({member.name, {}, arena.array(kept)});
  }
  for (const schema::Member& member : source.members()) {
    if (!member.value.is_array()) continue;
    auto list = std::find_if(members.begin(), members.end(), [&](const schema::Member& one) { return one.name == member.name; });
    if (list == members.end()) list = members.insert(members.end(), {member.name, {}, arena.array({})});
    std::vector<Value> all(list->value.items().begin(), list->value.items().end());
    for (const Value& entity : member.value.items()) all.push_back(tagged(entity, tags, arena));
    list->value = arena.array(all);
  }
  return arena.object(members);
}

}  // namespace

std::string why_unfit(const Config& source) {
  if (count_entities(source, {}) == 0) return "the source has no entities: that is never taken for \"delete everything\"";
  schema::Naming names(source);
  for (const auto& [collection, entities] : source.entities)
    for (const schema::Entity& entity : entities)
      if (is_masked(entity)) return "a secret of " + entity_word(collection) + " " + names.shown(entity) + " is only a mask: a dump with masked secrets cannot be sent";
  return "";
}

bool select_tags(const Config& source, const std::vector<std::string>& flags, std::vector<std::string>& tags) {
  const Value* info = source.document.root.find("_info");
  const Value* written = info != nullptr && info->is_object() ? info->find("select_tags") : nullptr;
  tags.clear();
  if (written != nullptr && written->is_array())
    for (const Value& tag : written->items())
      if (tag.is_text()) tags.emplace_back(tag.as_text());
  std::vector<std::string> wanted = flags;
  for (std::vector<std::string>* list : {&tags, &wanted}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  if (tags.empty()) tags = wanted;
  return wanted.empty() || wanted == tags;
}

size_t count_entities(const Config& config, const std::vector<std::string>& tags) {
  size_t count = 0;
  for (const auto& [collection, entities] : config.entities)
    if (collection != "workspaces") count += static_cast<size_t>(std::count_if(entities.begin(), entities.end(), [&](const schema::Entity& entity) { return has_all(entity.given, tags); }));
  return count;
}

std::unique_ptr<const Wanted> wanted_of(const Config& source, const schema::LoadOptions& options, std::string& wrong) {
  Arena arena;
  auto wanted = loaded_again(schema::to_json_text(schema::with_masked(tree_to_send(source, arena), arena)) + "\n",
                             source, options, wrong);
  if (wanted != nullptr && schema::digest(*wanted->config) != schema::digest(source))
    return wrong = "it means something else once it is written down; please report this", nullptr;
  return wanted;
}

std::unique_ptr<const Wanted> wanted_of(const Config& source, const std::vector<std::string>& tags, const Config& node, const schema::LoadOptions& options,
                                        std::string& wrong) {
  Arena arena;
  const Value all = merged(schema::to_value(node, arena, without_times()), tree_to_send(source, arena), tags, arena);
  return loaded_again(schema::to_json_text(schema::with_masked(all, arena)) + "\n", source, options, wrong);
}

}  // namespace deckctl
