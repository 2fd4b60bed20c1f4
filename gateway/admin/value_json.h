#pragma once
// A value of a document as JSON text; what came from the environment or a vault is masked.

#include <string>

#include "schema/value.h"

namespace admin {

std::string value_json(const schema::Value& value);

}  // namespace admin
