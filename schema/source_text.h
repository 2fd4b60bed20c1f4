#pragma once
// The text of a document by place.

#include <string_view>
#include <vector>

#include "schema/document.h"

namespace schema {

// Finds the start of any line at once. For one document, which must outlive it.
class SourceText {
 public:
  explicit SourceText(const Document& document);

  // What stands at a place and behind it, to the end of the file; empty for a place that is in no file.
  std::string_view from(Place place) const;
  // The line of a place from its start to the end of the file.
  std::string_view from_line(Place place) const;

 private:
  const Document& document_;
  std::vector<std::vector<size_t>> starts_;  // of the lines, by file
};

}  // namespace schema
