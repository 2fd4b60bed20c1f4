#include "schema/deck_dialect.h"

#include "schema/check.h"

namespace schema {

namespace {

std::string_view defaults_name(std::string_view collection) {
  if (collection == "services") return "service";
  if (collection == "routes") return "route";
  if (collection == "upstreams") return "upstream";
  if (collection == "targets") return "target";
  return {};
}

}  // namespace

DeckDialect::DeckDialect(Document& document, Problems& problems) : document_(document), problems_(problems) {
  const Value& root = document.root;
  if (!root.is_object()) return;
  auto warn = [&](std::string_view key, std::string what) {
    if (const Value* value = root.find(key))
      problems_.add({.severity = Severity::warning, .place = value->place, .path = {std::string(key)}, .what = std::move(what)});
  };
  warn("_workspace", "workspaces have no meaning here: ignored");
  warn("_konnect", "there is no control plane in the cloud: ignored");
  warn("consumer_groups", "consumer groups have no meaning here: ignored");
  if (const Value* info = root.find("_info")) read_info(*info);
  if (const Value* configs = root.find("_plugin_configs")) {
    if (configs->is_object())
      plugin_configs_ = configs;
    else if (!configs->is_null())
      problems_.add({.place = configs->place, .path = {std::string("_plugin_configs")}, .what = "expected a map"});
  }
}

void DeckDialect::read_info(const Value& info) {
  if (info.is_null()) return;
  if (!info.is_object()) return problems_.add({.place = info.place, .path = {std::string("_info")}, .what = "expected a record"});
  for (const Member& member : info.members()) {
    const Path path{std::string("_info"), std::string(member.name)};
    if (member.name == "select_tags" && member.value.is_array()) {
      for (const Value& tag : member.value.items())
        if (tag.is_text()) tags_.push_back(tag);
    } else if (member.name == "defaults" && member.value.is_object()) {
      defaults_ = &member.value;
      for (const Member& kind : member.value.members())
        for (std::string_view forbidden : {"id", "name"})
          if (const Value* value = kind.value.is_object() ? kind.value.find(forbidden) : nullptr; value != nullptr && !value->is_null()) {
            Path inner = path;
            inner.emplace_back(std::string(kind.name));
            inner.emplace_back(std::string(forbidden));
            problems_.add({.place = value->place, .path = std::move(inner), .what = "an entity's own: not allowed among the defaults"});
          }
    } else if (member.name == "default_lookup_tags") {
      problems_.add({.severity = Severity::warning, .place = member.name_place, .path = path, .what = "entities that are not in the file cannot be looked up: ignored"});
    }
  }
}

// Members of `own` win, at every level.
Value DeckDialect::merged(const Value& own, const Value& base) const {
  std::vector<Member> members(own.members().begin(), own.members().end());
  for (const Member& from : base.members()) {
    Member* to = nullptr;
    for (Member& member : members)
      if (member.name == from.name) to = &member;
    if (to == nullptr)
      members.push_back(from);
    else if (to->value.is_object() && from.value.is_object())
      to->value = merged(to->value, from.value);
  }
  Value result = document_.arena.object(members);
  result.place = own.place;
  return result;
}

void DeckDialect::add_defaults(FlatEntity& entity) const {
  const std::string_view name = defaults_name(entity.kind->collection);
  const Value* defaults = name.empty() ? nullptr : defaults_->find(name);
  if (defaults == nullptr || !defaults->is_object()) return;
  for (const Member& member : defaults->members()) {
    const Value* own = entity.find(member.name);
    if (own == nullptr)
      entity.set(member.name, member.value, document_.arena);
    else if (own->is_object() && member.value.is_object())
      entity.set(member.name, merged(*own, member.value), document_.arena);
  }
}

void DeckDialect::add_tags(FlatEntity& entity) const {
  if (entity.kind->shape->field("tags") == nullptr) return;
  std::vector<Value> tags;
  Place place = entity.place;
  if (const Value* own = entity.find("tags"); own != nullptr && !own->is_null()) {
    if (!own->is_array()) return;
    tags.assign(own->items().begin(), own->items().end());
    place = own->place;
  }
  for (const Value& tag : tags_) {
    bool known = false;
    for (const Value& one : tags) known = known || equal(one, tag);
    if (!known) tags.push_back(tag);
  }
  Value list = document_.arena.array(tags);
  list.place = place;
  entity.set("tags", list, document_.arena);
}

void DeckDialect::add_settings(FlatEntity& entity, Walk& walk) const {
  const Value* name = entity.find("_config");
  if (name == nullptr) return;
  const Value shared_name = *name;
  entity.remove("_config");
  const Value* shared = plugin_configs_ != nullptr && shared_name.is_text() ? plugin_configs_->find(shared_name.as_text()) : nullptr;
  if (shared == nullptr || !shared->is_object()) {
    walk.enter("_config");
    walk.error(shared_name.place, "no such entry in '_plugin_configs': " + shown(shared_name));
    walk.leave();
    return;
  }
  const Value* own = entity.find("config");
  if (own != nullptr && own->is_object())
    entity.set("config", merged(*own, *shared), document_.arena);
  else if (own == nullptr || own->is_null())
    entity.set("config", *shared, document_.arena);
}

void DeckDialect::enrich(FlatEntity& entity, Walk& walk) const {
  if (defaults_ != nullptr) add_defaults(entity);
  if (!tags_.empty()) add_tags(entity);
  if (entity.kind->collection == "plugins") add_settings(entity, walk);
  if (entity.kind->collection != "consumers") return;
  const Value* groups = entity.find("groups");
  if (groups == nullptr) return;
  walk.enter("groups");
  walk.warning(groups->place, "consumer groups have no meaning here: ignored");
  walk.leave();
  entity.remove("groups");
}

bool DeckDialect::in_group(const FlatEntity& plugin) {
  const Value* group = plugin.find("consumer_group");
  return group != nullptr && !group->is_null();
}

void DeckDialect::take_groups(bool skip, std::vector<std::string>& skipped) const {
  const Value* groups = document_.root.is_object() ? document_.root.find("consumer_groups") : nullptr;
  if (groups == nullptr || !groups->is_array()) return;
  for (size_t i = 0; i < groups->items().size(); ++i) {
    const Value& group = groups->items()[i];
    const Value* plugins = group.is_object() ? group.find("plugins") : nullptr;
    if (plugins == nullptr || !plugins->is_array()) continue;
    for (size_t k = 0; k < plugins->items().size(); ++k) {
      const Value& plugin = plugins->items()[k];
      const Value* name = plugin.is_object() ? plugin.find("name") : nullptr;
      const Place place = name != nullptr ? name->place : plugin.place;
      const std::string shown_name = name != nullptr ? shown(*name) : "a plugin";
      if (skip)
        skipped.push_back(skipped_plugin(shown_name, place, document_));
      else
        problems_.add({.place = place, .path = {std::string("consumer_groups"), i, std::string("plugins"), k}, .what = "plugin '" + shown_name + "' is bound to a consumer group, which this gateway does not have",
                       .hint = "unknown_plugins = skip starts without it", .entity_type = "plugin", .entity_name = shown_name});
    }
  }
}

std::string skipped_plugin(std::string_view name, Place place, const Document& document) {
  const std::string file = place.file < document.files.size() ? document.files[place.file] : "";
  return std::string(name) + " at " + file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace schema
