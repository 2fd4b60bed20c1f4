#include "gateway/admin/listing.h"

#include <algorithm>
#include <charconv>

#include "schema/dump.h"

namespace admin {

namespace {

constexpr size_t size_usual = 100, size_max = 1000;

// Several tags, and whether all of them are wanted. An empty filter lets everything through.
struct TagFilter {
  std::vector<std::string_view> tags;
  bool all = true;

  bool passes(const schema::Entity& entity) const {
    if (tags.empty()) return true;
    const auto own = tags_of(entity);
    const auto has = [&](std::string_view tag) { return std::find(own.begin(), own.end(), tag) != own.end(); };
    return all ? std::all_of(tags.begin(), tags.end(), has) : std::any_of(tags.begin(), tags.end(), has);
  }
};

bool parse_tags(std::string_view text, TagFilter& filter) {
  const bool any = text.find('/') != text.npos;
  if (any && text.find(',') != text.npos) return false;
  filter.all = !any;
  while (!text.empty()) {
    const size_t end = std::min(text.find(any ? '/' : ','), text.size());
    if (end > 0) filter.tags.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return !filter.tags.empty();
}

bool parse_size(const Request& request, size_t& size) {
  const std::string* text = request.parameter("size");
  if (text == nullptr) return true;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), size);
  return fault == std::errc() && end == text->data() + text->size() && size >= 1 && size <= size_max;
}

}  // namespace

std::vector<std::string_view> tags_of(const schema::Entity& entity) {
  if (entity.shape->field("tags") == nullptr) return {};
  return schema::Reader(entity.shape, &entity.given).texts("tags");
}

bool slice(const Request& request, std::string_view path, const std::vector<std::string>& keys, Slice& slice, Answer& refusal) {
  size_t size = size_usual;
  if (!parse_size(request, size)) {
    refusal = coded(400, 9, "invalid size", "size must be an integer between 1 and 1000");
    return false;
  }
  if (const std::string* offset = request.parameter("offset")) {
    // The offset is the key of the first entry to come, so a page starts right even when earlier entries are gone.
    const auto found = std::find(keys.begin(), keys.end(), *offset);
    if (found == keys.end()) {
      refusal = coded(400, 7, "invalid offset", "invalid offset: '" + *offset + "' is not (any more) in the list");
      return false;
    }
    slice.from = static_cast<size_t>(found - keys.begin());
  }
  slice.to = std::min(keys.size(), slice.from + size);
  if (slice.to == keys.size()) return true;
  slice.offset = keys[slice.to];
  slice.next = std::string(path) + "?offset=" + percent_encoded(slice.offset);
  for (const char* name : {"size", "tags"}) {
    if (const std::string* value = request.parameter(name)) slice.next += std::string("&") + name + "=" + percent_encoded(*value);
  }
  return true;
}

std::string page_end(const Slice& slice) {
  if (slice.next.empty()) return "],\"next\":null}";
  return "],\"next\":" + quoted(slice.next) + ",\"offset\":" + quoted(slice.offset) + "}";
}

Answer list_page(const Request& request, std::string_view path, std::vector<const schema::Entity*> entities) {
  TagFilter filter;
  if (const std::string* tags = request.parameter("tags"); tags != nullptr && !parse_tags(*tags, filter)) {
    return coded(400, 11, "invalid options", "invalid option (tags: expected tags separated by ',' (all of them) or by '/' (any of them))");
  }
  std::erase_if(entities, [&](const schema::Entity* entity) { return !filter.passes(*entity); });
  std::vector<std::string> keys;
  keys.reserve(entities.size());
  for (const schema::Entity* entity : entities) keys.emplace_back(entity->id);
  Slice chosen;
  Answer refusal;
  if (!slice(request, path, keys, chosen, refusal)) return refusal;
  std::string data;
  for (size_t i = chosen.from; i < chosen.to; ++i) data.append(data.empty() ? "" : ",").append(schema::to_json(*entities[i], {.mask_secrets = request.masked}));
  return json(200, "{\"data\":[" + data + page_end(chosen));
}

}  // namespace admin
