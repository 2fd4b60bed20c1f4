#pragma once
// Many entities as pages, one as its text: what all lists of the API have in common.

#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/message.h"
#include "schema/config.h"

namespace admin {

// The page that ?size= (1..1000, 100 when absent) and ?offset= ask for, of those that ?tags= lets through ("a,b": all of them, "a/b": any).
// `path` is what `next` points to. 400 for a size, an offset or tags that cannot be.
Answer list_page(const Request& request, std::string_view path, std::vector<const schema::Entity*> entities);

// Its tags; none when unset.
std::vector<std::string_view> tags_of(const schema::Entity& entity);

// One page of anything that is text already; `keys` tell entries apart across pages, in the same order.
struct Slice {
  size_t from = 0, to = 0;
  std::string next;  // the path of the next page, empty at the end
  std::string offset;
};
// False with `refusal` filled in.
bool slice(const Request& request, std::string_view path, const std::vector<std::string>& keys, Slice& slice, Answer& refusal);
std::string page_end(const Slice& slice);  // `],"next":...}`

}  // namespace admin
