#pragma once
// What is said of a command line that cannot be understood.

#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace deckctl {

// One line: which verb, what is wrong, where help is. Of an argument nobody expected only what stands before a '=': the
// rest may be a secret.
std::string usage_complaint(const CLI::App* app, const CLI::Error& error);

}  // namespace deckctl
