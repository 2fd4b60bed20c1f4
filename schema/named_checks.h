#pragma once
// The named rules of one value (`x-check`). Each gets a value of the right type and answers with the fault, or with an empty text.

#include <string>
#include <string_view>

#include "schema/value.h"

namespace schema {

std::string host_no_port(const Value& value);
std::string host_optional_port(const Value& value);
std::string upstream_name(const Value& value);
std::string sni(const Value& value);
std::string wildcard_host(const Value& value);
std::string host_with_wildcards(const Value& value);
std::string target(const Value& value);
std::string ip(const Value& value);
std::string ip_or_cidr(const Value& value);

std::string x509_pem(const Value& value);
std::string private_key_pem(const Value& value);
std::string public_key(const Value& value);

std::string lua_expression(const Value& value);

bool is_header_name(std::string_view text);

}  // namespace schema
