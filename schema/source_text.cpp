#include "schema/source_text.h"

namespace schema {

SourceText::SourceText(const Document& document) : document_(document), starts_(document.texts.size()) {
  for (size_t file = 0; file < document.texts.size(); ++file) {
    const std::string_view text = document.texts[file];
    starts_[file].push_back(0);
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts_[file].push_back(at + 1);
  }
}

std::string_view SourceText::from_line(Place place) const {
  if (place.line == 0 || place.file >= starts_.size() || place.line > starts_[place.file].size()) return {};
  return document_.texts[place.file].substr(starts_[place.file][place.line - 1]);
}

std::string_view SourceText::from(Place place) const {
  const std::string_view line = from_line(place);
  return place.column == 0 || place.column > line.size() ? std::string_view() : line.substr(place.column - 1u);
}

}  // namespace schema
