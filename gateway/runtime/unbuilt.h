#pragma once
// What a configuration may say, but this gateway does not do yet. Nobody must believe in a health check that nothing carries out.

#include "schema/config.h"
#include "schema/problem.h"

namespace runtime {

// One warning for each field of services, routes, upstreams and certificates that has no effect yet. Plugins speak for themselves.
void warn_of_unbuilt(const schema::Config& config, schema::Problems& problems);

}  // namespace runtime
