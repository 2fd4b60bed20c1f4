#pragma once
// {vault://...} references: resolved when a configuration is loaded, kept as written for every dump.

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/flatten.h"

namespace schema {

// The reference that a resolved value stands for, as the document has it; nullopt when it is an ordinary value.
std::optional<std::string_view> vault_reference(const Value& value);

// {vault://env/NAME}: the environment variable NAME, upper case, "-" as "_", after a prefix: that of the reference
// (?prefix=), else that of the vault entity it names, else, where it names none, the setting's (`env_prefix`).
// {vault://file/PATH}: the content of /PATH without a line break at its end; {vault://PREFIX/...}: a vault entity of
// the document. KEY picks a member of a JSON secret.
class Vaults {
 public:
  Vaults(const std::vector<FlatEntity>& flat, Arena& arena, const Environment& environment, std::string_view env_prefix)
      : arena_(arena), environment_(environment), env_prefix_(env_prefix) {
    add_entities(flat);
  }

  // Replaces the references in the referenceable fields of `value`. One that leads nowhere becomes the empty text, and a
  // warning; in a field of numbers or booleans it is an error.
  void resolve(const Shape& shape, Value& value, Walk& walk) const;

 private:
  void add_entities(const std::vector<FlatEntity>& flat);
  std::optional<std::string> look_up(std::string_view reference) const;
  std::optional<Value> typed(Type type, std::string_view text) const;
  void resolve_text(const Shape& shape, Value& value, Walk& walk) const;

  Arena& arena_;
  const Environment& environment_;
  const std::string_view env_prefix_;
  std::unordered_map<std::string_view, std::string_view> prefixes_;  // of a vault entity -> of its variables
};

}  // namespace schema
