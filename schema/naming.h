#pragma once
// What an entity is called apart from its id, which may be new at every load.

#include <string>
#include <string_view>
#include <unordered_map>

#include "schema/config.h"

namespace schema {

// Keys of the entities of one configuration, which must outlive it. Not for use by several threads.
class Naming {
 public:
  explicit Naming(const Config& config);

  // The same for the same thing in two configurations: the name, else the fields that make it unique with the keys of what they refer to,
  // else all it says. May hold secrets.
  const std::string& key(const Entity& entity);
  // For people: "rate-limiting (service shop)", "10.0.0.1:80 (upstream shop)". Holds no secret.
  std::string shown(const Entity& entity);
  // The entity of that id; nullptr when there is none.
  const Entity* of_id(std::string_view id) const;
  // All an entity says, as one line of JSON: every field with its default, no times, no id, keys in place of references.
  std::string content(const Entity& entity);

 private:
  std::string make_key(const Entity& entity);
  std::string reference_key(const Entity& entity, std::string_view field);

  std::unordered_map<std::string_view, const Entity*> by_id_;
  std::unordered_map<const Entity*, std::string> keys_;
};

}  // namespace schema
