#pragma once
// Writes of single entities: the configuration is a file, so they are refused, but what is wrong with the entity is said first.

#include <string_view>

#include "gateway/admin/message.h"
#include "schema/shape.h"

namespace admin {

enum class Write { create, update, upsert, remove };

// 400 with what is wrong with the body, else 405 (code 12). `key` is the id or name it was addressed by; `parent_field` is given by the path.
Answer refuse_write(const Request& request, const schema::EntityShape& kind, Write write, std::string_view key = {}, std::string_view parent_field = {});

// 200, or 400 with the violations. For /schemas/ENTITY/validate.
Answer validate_entity(const Request& request, const schema::EntityShape& kind);

}  // namespace admin
