#pragma once
// Tools and scripts choose what they send and expect by this number: the release whose configurations and interfaces are understood.

#include <string_view>

namespace plugins {

inline constexpr std::string_view spoken_version = "3.9.1";

}  // namespace plugins
