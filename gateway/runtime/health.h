#pragma once
// `gateway health`: the question of a container's health check, put to the node that runs with the same settings.

#include <string>

#include "gateway/runtime/settings.h"

namespace runtime {

// Asks the first Status API address whether the node is ready, else the first Admin API address whether it answers; waits 3 seconds at most
// for each step. False with `what` filled in: nobody listens, or the node is not ready. Certificates are not checked: it is this machine.
bool ask_health(const Settings& settings, std::string& what);

}  // namespace runtime
