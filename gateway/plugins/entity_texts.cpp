#include "gateway/plugins/entity_texts.h"

#include "gateway/plugins/access_record.h"
#include "gateway/plugins/json_text.h"

namespace plugins {

const std::string* EntityTexts::make(const schema::Entity& entity, bool with_workspace) {
  auto text = std::make_unique<std::string>();
  append_json(*text, entity, with_workspace ? workspace_id : std::string_view());
  text->shrink_to_fit();
  return text.release();
}

}  // namespace plugins
