#include <nlohmann/json.hpp>

#include "deckctl/explain/story.h"
#include "schema/masked.h"

namespace deckctl::explain {

namespace {

using Json = nlohmann::ordered_json;

Json entity_of(std::string_view name, const schema::Entity& entity, const schema::Document& document) {
  Json out{{"name", name.empty() ? Json(nullptr) : Json(schema::shown_field(&entity, "name", name))},
           {"id", entity.id}};
  const schema::Place place = entity.given.place;
  if (place.line > 0 && place.file < document.files.size()) out.update({{"file", document.files[place.file]}, {"line", place.line}, {"column", place.column}});
  return out;
}

Json plugin_of(const PluginStep& step, const schema::Document& document) {
  Json out = entity_of(step.plugin->name, *step.plugin->entity, document);
  out.update({{"priority", step.priority}, {"scope", step.scope}, {"replaces", step.replaced}, {"authenticates", step.authenticates}, {"built", step.built}});
  return out;
}

Json destination_of(const Destination& to, const schema::Document& document) {
  const schema::Service& service = *to.service;
  Json out{{"service", entity_of(service.name, *service.entity, document)}, {"url", to.url}};
  out["host_header"] = to.host_header.empty() ? Json(nullptr) : Json(to.host_header);
  out["upstream"] = nullptr;
  if (to.upstream != nullptr) {
    Json targets = Json::array();
    for (const schema::Target& target : to.upstream->targets)
      targets.push_back(
          {{"target", schema::shown_field(target.entity, "target", target.target)}, {"weight", target.weight}});
    out["upstream"] = entity_of(to.upstream->name, *to.upstream->entity, document);
    out["upstream"].update({{"algorithm", to.upstream->algorithm}, {"targets", targets}});
  }
  out.update({{"retries", service.retries}, {"connect_timeout_ms", service.connect_timeout_ms}, {"write_timeout_ms", service.write_timeout_ms}, {"read_timeout_ms", service.read_timeout_ms}});
  return out;
}

}  // namespace

std::string to_json(const Story& story, const schema::Document& document) {
  const Asked& asked = story.asked;
  Json out{{"request", {{"method", asked.method}, {"scheme", asked.scheme}, {"host", asked.host}, {"target", asked.target}, {"path", story.path}}}};
  out["route"] = nullptr;
  if (const schema::Route* route = story.route) {
    out["route"] = entity_of(route->name, *route->entity, document);
    out["route"].update({{"matched_by", story.conditions}, {"matched_prefix", story.matched_prefix}, {"captures", story.captures}});
  }
  out["rivals"] = Json::array();
  for (const Rival& rival : story.rivals) {
    out["rivals"].push_back(entity_of(rival.route->name, *rival.route->entity, document));
    out["rivals"].back().update({{"matches", rival.fits}, {"why", rival.why}});
  }
  out["plugins"] = Json::array();
  for (const PluginStep& step : story.plugins) out["plugins"].push_back(plugin_of(step, document));
  out["answer"] = nullptr;
  if (story.answer) {
    out["answer"] = {{"status", story.answer->status}, {"why", story.answer->why}};
    if (!story.answer->location.empty()) out["answer"]["location"] = story.answer->location;
  }
  out["destination"] = story.destination ? destination_of(*story.destination, document) : Json(nullptr);
  out["notes"] = story.notes;
  if (!story.hint.empty()) out["hint"] = story.hint;
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace deckctl::explain
