#include <fmt/format.h>

#include <algorithm>

#include "deckctl/explain/story.h"
#include "schema/masked.h"

namespace deckctl::explain {

namespace {

std::string place_of(const schema::Entity& entity, const schema::Document& document) {
  const schema::Place place = entity.given.place;
  if (place.line == 0 || place.file >= document.files.size()) return {};
  return fmt::format("{}:{}:{}", document.files[place.file], place.line, place.column);
}

template <typename Entity>
std::string named(const Entity& entity) {
  return entity.name.empty() ? std::string(entity.id) : schema::shown_field(entity.entity, "name", entity.name);
}

void add_route(const Story& story, const schema::Document& document, std::string& out) {
  const schema::Route* route = story.route;
  if (route == nullptr) {
    out += "no route matches" + (story.hint.empty() ? std::string() : " (" + story.hint + ")") + "\n";
  } else {
    out += fmt::format("route {} ({}) wins by\n", named(*route), place_of(*route->entity, document));
    for (const std::string& condition : story.conditions) out += "  " + condition + "\n";
    for (const std::string& capture : story.captures) out += "  captured " + capture + "\n";
  }
  if (story.rivals.empty()) return;
  out += "\nnearly\n";
  for (const Rival& rival : story.rivals)
    out += fmt::format("  route {} ({}) {}{}\n", named(*rival.route), place_of(*rival.route->entity, document), rival.fits ? "" : "does not match: ", rival.why);
}

void add_plugins(const Story& story, const schema::Document& document, std::string& out) {
  if (story.plugins.empty()) {
    if (story.route != nullptr) out += "\nno plugins run\n";
    return;
  }
  out += story.route != nullptr ? "\nplugins, in this order\n" : "\nplugins that see the answer\n";
  size_t name_width = 0, scope_width = 0;
  for (const PluginStep& step : story.plugins) {
    name_width = std::max(name_width, step.plugin->name.size());
    scope_width = std::max(scope_width, step.scope.size());
  }
  for (const PluginStep& step : story.plugins) {
    std::string line = fmt::format("  {:<{}}  {:<{}}  priority {:<7} {}", step.plugin->name, name_width, step.scope, scope_width, step.priority, place_of(*step.plugin->entity, document));
    if (step.authenticates) line += "  tells who the consumer is";
    for (const std::string& other : step.replaced) line += "  instead of: " + other;
    if (!step.built) line += "  (this gateway does not have it yet)";
    out += line + "\n";
  }
}

void add_end(const Story& story, const schema::Document& document, std::string& out) {
  if (story.answer) {
    out += fmt::format("\nanswered by the gateway with {}: {}\n", story.answer->status, story.answer->why);
    if (!story.answer->location.empty()) out += "  Location: " + story.answer->location + "\n";
  }
  if (!story.destination) return;
  const Destination& to = *story.destination;
  const schema::Service& service = *to.service;
  out += fmt::format("\ngoes to service {} ({})\n  {} {}\n", named(service), place_of(*service.entity, document),
                     story.asked.method, to.url);
  if (story.route->strip_path && story.matched_prefix.size() > 1)
    out += "  strip_path has taken off " + story.matched_prefix + "\n";
  out += "  Host: " + (to.host_header.empty() ? std::string("of the chosen target") : to.host_header) +
         (story.route->preserve_host ? "  (preserve_host)" : "") + "\n";
  if (to.upstream != nullptr) {
    out += fmt::format("  upstream {} ({}), {}\n", named(*to.upstream), place_of(*to.upstream->entity, document),
                       to.upstream->algorithm);
    for (const schema::Target& target : to.upstream->targets)
      out +=
          fmt::format("    {} weight {}\n", schema::shown_field(target.entity, "target", target.target), target.weight);
  }
  out += fmt::format("  retries {}, connect {} ms, write {} ms, read {} ms\n", service.retries, service.connect_timeout_ms, service.write_timeout_ms, service.read_timeout_ms);
}

}  // namespace

std::string to_text(const Story& story, const schema::Document& document) {
  std::string out = fmt::format("{} {}://{}{}\n", story.asked.method, story.asked.scheme, story.asked.host, story.asked.target);
  if (!story.path.empty() && story.path != std::string_view(story.asked.target).substr(0, story.asked.target.find('?'))) out += "path " + story.path + " after normalisation\n";
  out += "\n";
  if (!story.path.empty()) {
    add_route(story, document, out);
    add_plugins(story, document, out);
  }
  add_end(story, document, out);
  for (const std::string& note : story.notes) out += (&note == &story.notes.front() ? "\nnote: " : "note: ") + note + "\n";
  return out;
}

}  // namespace deckctl::explain
