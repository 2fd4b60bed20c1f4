#pragma once
// Shapes in the form in which /schemas has always shown them: {fields: [{name: {type, required, default, ...}}], entity_checks: [...]}.

#include <string>

#include "schema/shape.h"

namespace admin {

std::string kong_schema(const schema::EntityShape& entity);
std::string kong_schema(const schema::PluginShape& plugin);  // of the settings, with the fields that say where the plugin may stand

}  // namespace admin
