#pragma once
// Who sends a configuration, and where it comes from: `commit`, `author` and `synced_by`, in the query or the body of a
// request.

#include <functional>
#include <string>
#include <string_view>

#include "gateway/admin/generation.h"

namespace admin {

// `parameter` gives a text by its name, empty when absent. Texts are cut at their limit; controls become `?`: they end
// up in logs and terminals.
Provenance provenance_of(const std::function<std::string(std::string_view)>& parameter);

}  // namespace admin
