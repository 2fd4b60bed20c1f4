#pragma once
// Several files of one configuration become one.

#include <vector>

#include "schema/document.h"

namespace schema {

// Lists are appended, maps merged; a scalar that two files set to different values is a problem that names both.
Value merge(const std::vector<Value>& roots, Document& document, Problems& problems);

}  // namespace schema
