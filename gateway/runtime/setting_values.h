#pragma once
// The small texts that settings are made of: lists, switches, numbers, header names. Each parser refuses what it does not
// understand and leaves its output alone then.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/runtime/settings.h"

namespace runtime {

std::string_view trimmed(std::string_view text);
std::string lower(std::string_view text);
std::vector<std::string> split_list(std::string_view text);   // by commas; empty items are dropped
std::vector<std::string> split_words(std::string_view text);  // by white space
bool parse_switch(std::string_view text, bool& on);           // on/off, true/false, yes/no, 1/0
bool parse_count(std::string_view text, uint32_t& count, uint32_t most = UINT32_MAX);
bool parse_port(std::string_view text, uint16_t& port);
bool parse_own_headers(std::string_view text, OwnHeaders& headers, std::string& error);
bool is_uuid(std::string_view text);

// The name of the list that differs least from `word`, when that is near enough to be a slip; else empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace runtime
