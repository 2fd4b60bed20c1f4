#pragma once
// What lint has found, each with the entity it is about and the place of the offending value.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "deckctl/lint/rule.h"
#include "schema/config.h"
#include "schema/naming.h"

namespace deckctl::lint {

struct Finding {
  const Rule* rule = nullptr;
  schema::Place place;
  std::string entity_type;  // singular, "route"
  std::string entity_name;  // for people, without secrets
  std::string what, hint;   // hint empty: none
};

class Findings {
 public:
  explicit Findings(const schema::Config& config) : naming_(config) {}

  // The rule that the following findings belong to.
  void begin(const Rule& rule) { rule_ = &rule; }
  // `value`: the offending one; nullptr or one without a place (a default): the entity as a whole. A tag `lint:allow=RULE` on the entity, or on
  // what it belongs to, keeps the finding away.
  void add(const schema::Entity& entity, const schema::Value* value, std::string what, std::string hint = {});
  // The same for an entity's field, or the deepest part of it that the document has.
  void add(const schema::Entity& entity, std::initializer_list<std::string_view> field, std::string what, std::string hint = {});

  // By file, line and column.
  void sort();
  const std::vector<Finding>& all() const { return all_; }
  size_t allowed() const { return allowed_; }  // kept away by tags

  std::string shown(const schema::Entity& entity) { return naming_.shown(entity); }

 private:
  bool is_allowed(const schema::Entity& entity) const;

  schema::Naming naming_;
  const Rule* rule_ = nullptr;
  std::vector<Finding> all_;
  size_t allowed_ = 0;
};

// The given value at a field, or of the nearest record above it that is given.
const schema::Value* given_at(const schema::Entity& entity, std::initializer_list<std::string_view> field);
// The item of that text in a list; the list when it has none.
const schema::Value* item_of(const schema::Value* list, std::string_view text);

}  // namespace deckctl::lint
