#include <cstdio>

#include "deckctl/commands/commands.h"

namespace deckctl {

int version(const Options&) {
  std::printf("deckctl %s\n", GATEWAY_VERSION);
  return exit_good;
}

}  // namespace deckctl
