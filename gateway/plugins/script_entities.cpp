// kong.client, kong.router: who asked, and what was found for the request. Entities are tables with the fields that a
// log entry has; secrets are not among them.

#include <string>

#include "gateway/plugins/access_record.h"
#include "gateway/plugins/entity_texts.h"
#include "gateway/plugins/json_text.h"
#include "gateway/plugins/lua_json.h"
#include "gateway/plugins/script_host.h"

namespace plugins {
namespace {

int push_entity(lua_State* lua, const schema::Entity& entity, std::string_view workspace) {
  std::string text;
  append_json(text, entity, workspace);
  push_json(lua, text);
  return 1;
}

template <typename Kind>
int push_kept(lua_State* lua, const Kind* one, std::string_view workspace) {
  if (one == nullptr) {
    lua_pushnil(lua);
    return 1;
  }
  const EntityTexts* texts = exchange_of(lua).entity_texts;
  if (texts == nullptr) return push_entity(lua, *one->entity, workspace);
  push_json(lua, texts->of(*one));
  return 1;
}

int get_ip(lua_State* lua) { return push_text(lua, exchange_of(lua).client.peer_ip); }
int get_forwarded_ip(lua_State* lua) { return push_text(lua, exchange_of(lua).client.ip); }
int get_port(lua_State* lua) {
  lua_pushinteger(lua, exchange_of(lua).client.port);
  return 1;
}
int get_protocol(lua_State* lua) { return push_text(lua, exchange_of(lua).client.scheme); }
int get_consumer(lua_State* lua) { return push_kept(lua, exchange_of(lua).consumer, {}); }
int get_credential(lua_State* lua) {
  const schema::Credential* credential = exchange_of(lua).credential;
  if (credential != nullptr) return push_entity(lua, *credential->entity, {});
  lua_pushnil(lua);
  return 1;
}

constexpr luaL_Reg client_functions[] = {{"get_ip", get_ip},
                                         {"get_forwarded_ip", get_forwarded_ip},
                                         {"get_port", get_port},
                                         {"get_forwarded_port", get_port},
                                         {"get_protocol", get_protocol},
                                         {"get_consumer", get_consumer},
                                         {"get_credential", get_credential},
                                         {nullptr, nullptr}};

int get_route(lua_State* lua) { return push_kept(lua, exchange_of(lua).route, workspace_id); }
int get_service(lua_State* lua) { return push_kept(lua, exchange_of(lua).service, workspace_id); }

constexpr luaL_Reg router_functions[] = {{"get_route", get_route}, {"get_service", get_service}, {nullptr, nullptr}};

}  // namespace

void add_script_entities(lua_State* kong) {
  add_table(kong, "client", client_functions);
  add_table(kong, "router", router_functions);
}

}  // namespace plugins
