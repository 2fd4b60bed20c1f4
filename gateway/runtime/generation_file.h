#pragma once
// One generation as the bytes of a file. Line 1 names the form and the SHA-256 of everything behind it, line 2 is JSON
// about it, then come the texts as they were accepted, one after the other: references to secrets stay references.

#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/generation.h"
#include "schema/document.h"

namespace runtime {

std::string sha256_hex(std::string_view bytes);

// Over the texts, in order; a file that only moved is the same.
std::string digest_of(const std::vector<schema::Source>& sources);

std::string encode(const admin::Generation& generation, const std::vector<schema::Source>& sources);

// False: these are not bytes that encode() made. `sources` may be nullptr when only the record is wanted.
bool decode(std::string_view bytes, admin::Generation& generation, std::vector<schema::Source>* sources);

}  // namespace runtime
