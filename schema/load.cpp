// The whole way from text to Config; each step is a file of its own.

#include <algorithm>
#include <ctime>
#include <utility>

#include "schema/check.h"
#include "schema/compact.h"
#include "schema/config.h"
#include "schema/deck_dialect.h"
#include "schema/flatten.h"
#include "schema/identity.h"
#include "schema/migrate.h"
#include "schema/settle.h"
#include "schema/shorthand.h"
#include "schema/typed.h"
#include "schema/validate.h"
#include "schema/variants.h"
#include "schema/vaults.h"

namespace schema {

namespace {

void check_version(const Document& document, Problems& problems) {
  const Value* version = document.root.is_object() ? document.root.find("_format_version") : nullptr;
  auto report = [&](Place place, std::string what, std::string hint) {
    problems.add({.place = place, .path = {std::string("_format_version")}, .what = std::move(what), .hint = std::move(hint)});
  };
  if (version == nullptr || version->is_null()) return report({1, 1, 0}, "required field missing", "write _format_version: \"3.0\"");
  if (!version->is_text()) return report(version->place, "expected a string", "put it in quotes: \"3.0\"");
  const std::string_view text = version->as_text();
  if (text != "1.1" && text != "2.1" && text != "3.0") report(version->place, "expected one of: 1.1, 2.1, 3.0", "");
}

class Loading {
 public:
  // `apart`: nothing of the document stays but the names of its files.
  Loading(Config& config, Problems& problems, const LoadOptions& options, bool apart)
      : config_(config), apart_(apart), document_(config.document), problems_(problems), options_(options), walk_(problems), skip_(options.unknown_plugins == UnknownPlugins::skip) {}

  // False: there are errors, all of them reported.
  bool run() {
    fill_templates(document_, options_.environment, problems_);
    check_version(document_, problems_);
    migrate_paths(document_);
    flat_ = flatten(document_, problems_);
    validate();
    drop_children();
    give_ids(flat_, document_.arena);
    resolve_references(flat_, document_, problems_);
    if (problems_.any_error()) return false;
    settle();
    if (problems_.any_error()) return false;
    Document left;
    if (apart_) {
      left = std::exchange(document_, Document{.arena = {}, .files = document_.files, .texts = {}, .root = {}, .text_md5 = document_.text_md5});
      compact(flat_, document_.arena);
    }
    fill_config(flat_, config_);
    config_.hash = config_.entities.empty() ? std::string(32, '0') : document_.text_md5;
    return true;
  }

 private:
  void validate() {
    const DeckDialect dialect(document_, problems_);
    for (FlatEntity& entity : flat_) {
      stand_at(walk_, flat_, entity);
      dialect.enrich(entity, walk_);
      validate_entity(entity);
    }
    dialect.take_groups(skip_, config_.skipped_plugins);
  }

  void validate_entity(FlatEntity& entity) {
    const std::string_view collection = entity.kind->collection;
    expand(entity, *entity.kind->shape);
    if (collection == "plugins") {
      take_plugin(entity);
    } else if (collection == "routes") {
      validate_route(entity, options_.expressions_flavor, walk_);
      warn_of_path_handling(entity);
    } else if (collection == "vaults") {
      validate_vault(entity, walk_);
    } else {
      validate_record(*entity.kind->shape, entity.value(), walk_);
    }
  }

  void expand(FlatEntity& entity, const Shape& shape) {
    if (!shape.any_shorthand) return;
    const Value given = entity.value(), expanded = expand_shorthands(shape, given, document_.arena, walk_);
    if (expanded.members().data() == given.members().data()) return;  // there were none, and its storage has room
    entity.storage = expanded.members();
    entity.used = entity.storage.size();
  }

  void take_plugin(FlatEntity& plugin) {
    const PluginShape* shape =
        may_name(options_.plugins, plugin.text("name")) ? shapes().plugin(plugin.text("name")) : nullptr;
    if (DeckDialect::in_group(plugin))
      return leave_out(plugin, "is bound to a consumer group, which this gateway does not have");
    plugin.remove("consumer_group");
    if (Value* settings = plugin.find("config"); settings != nullptr && settings->is_array() && settings->items().empty()) {
      const Place place = settings->place;
      *settings = Value::object({});
      settings->place = place;
    }
    // Nobody here knows what else may stand in a plugin that nobody knows.
    if (shape == nullptr && skip_ && !plugin.text("name").empty()) return leave_out(plugin, {});
    if (Value* settings = plugin.find("config"); shape != nullptr && settings != nullptr && shape->config->any_shorthand) {
      walk_.enter("config");
      *settings = expand_shorthands(*shape->config, *settings, document_.arena, walk_);
      walk_.leave();
    }
    validate_plugin(plugin, walk_);
    if (plugin.text("name").empty() || (shape != nullptr && (shape->built || options_.accept_described_plugins))) return;
    leave_out(plugin, shape == nullptr ? "not enabled; add it to the 'plugins' configuration property" : "is not built into this gateway");
  }

  // A plugin that cannot run is refused by name and place, or the configuration starts without it.
  void leave_out(FlatEntity& plugin, std::string_view why) {
    const Value* name = plugin.find("name");
    const Place place = name != nullptr ? name->place : plugin.place;
    const std::string shown_name = name != nullptr ? shown(*name) : std::string();
    if (skip_) {
      plugin.dropped = true;
      config_.skipped_plugins.push_back(skipped_plugin(shown_name, place, document_));
      return;
    }
    walk_.enter("name");
    walk_.error(place, "plugin '" + shown_name + "' " + std::string(why), "unknown_plugins = skip starts without it");
    walk_.leave();
  }

  void warn_of_path_handling(const FlatEntity& route) {
    if (route.text("path_handling") != "v1") return;
    walk_.enter("path_handling");
    walk_.warning(route.find("path_handling")->place, "path_handling='v1' is deprecated and will be removed in future versions, please use path_handling='v0' instead");
    walk_.leave();
  }

  // What hangs below an entity that was left out is left out too.
  void drop_children() {
    for (FlatEntity& entity : flat_)
      if (entity.parent >= 0 && flat_[static_cast<size_t>(entity.parent)].dropped) entity.dropped = true;
  }

  void settle() {
    const Vaults vaults(flat_, document_.arena, options_.environment, options_.vault_env_prefix);
    const auto now_s =
        static_cast<int64_t>(options_.now_s != 0 ? options_.now_s : static_cast<uint64_t>(std::time(nullptr)));
    const Value* transformed = document_.root.find("_transform");
    const bool transforms = transformed == nullptr || transformed->is_null() || transformed->as_boolean();
    for (FlatEntity& entity : flat_) {
      if (entity.dropped) continue;
      settle_fields(entity, *entity.kind->shape, vaults);
      if (entity.kind->collection == "routes") settle_route(entity, document_.arena);
      if (transforms) transform(entity, document_.arena);
      add_times(entity, now_s, document_.arena);
    }
  }

  void settle_fields(FlatEntity& entity, const Shape& shape, const Vaults& vaults) {
    const PluginShape* plugin = entity.kind->collection == "plugins" ? shapes().plugin(entity.text("name")) : nullptr;
    const bool resolves = shape.any_referenceable || (plugin != nullptr && plugin->config->any_referenceable);
    if (resolves) stand_at(walk_, flat_, entity);
    for (Member& member : entity.storage.first(entity.used)) {
      const Shape* field = plugin != nullptr && member.name == "config" ? plugin->config : shape.field(member.name);
      if (field == nullptr) continue;
      drop_duplicates(*field, member.value);
      if (!field->any_referenceable) continue;
      walk_.enter(member.name);
      vaults.resolve(*field, member.value, walk_);
      walk_.leave();
    }
  }

  Config& config_;
  const bool apart_;
  Document& document_;
  Problems& problems_;
  const LoadOptions& options_;
  Walk walk_;
  const bool skip_;
  std::vector<FlatEntity> flat_;
};

std::unique_ptr<const Config> load(std::vector<Source> sources, Problems& problems, const LoadOptions& options, Document* refused, bool apart) {
  auto config = std::make_unique<Config>();
  config->document = read(std::move(sources), problems);
  if (!problems.any_error() && Loading(*config, problems, options, apart).run()) return config;
  if (refused != nullptr) *refused = std::move(config->document);
  return nullptr;
}

}  // namespace

bool may_name(const std::vector<std::string>& plugins, std::string_view plugin) {
  return std::any_of(plugins.begin(), plugins.end(), [&](const std::string& name) {
    return name == plugin || (name == "bundled" && shapes().plugin(plugin) != nullptr);
  });
}

std::unique_ptr<const Config> load(std::vector<Source> sources, Problems& problems, const LoadOptions& options,
                                   Document* refused) {
  return load(std::move(sources), problems, options, refused, false);
}

std::unique_ptr<const Config> load_apart(std::vector<Source> sources, Problems& problems, const LoadOptions& options, Document* refused) {
  return load(std::move(sources), problems, options, refused, true);
}

}  // namespace schema
