#pragma once
// Who may do what at an API: everything, reading without secrets, or nothing.

#include <string>
#include <string_view>
#include <vector>

namespace admin {

// Several tokens of a kind, so that they can be changed one after the other. Without any of them everybody may do
// everything.
struct Access {
  std::vector<std::string> tokens, read_tokens;

  bool open() const { return tokens.empty() && read_tokens.empty(); }
};

enum class Role { none, reader, full };

struct Caller {
  Role role = Role::none;
  std::string name;  // "admin_token", "certificate CN=ci", "unix:uid=1000", "anonymous": what is known for sure
};

// What a request shows. `certificate`: subject of the verified client certificate. `peer`: its address.
struct Shown {
  std::string authorization, kong_admin_token, certificate, peer;
};

// Tokens come as `Authorization: Bearer TOKEN` (RFC 6750) or `Kong-Admin-Token: TOKEN`; how long a comparison takes
// tells nothing about them.
Caller identify(const Access& access, const Shown& shown);

// GET, HEAD, OPTIONS: nothing changes.
bool only_reads(std::string_view method);

}  // namespace admin
