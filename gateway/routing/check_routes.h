#pragma once
// Whether every route can be compiled, told at the places of a document: what the schemas cannot know.

#include "gateway/routing/compile.h"
#include "schema/config.h"
#include "schema/problem.h"

namespace routing {

// Adds an error for every expression and regex that does not compile, at the place of its value.
void check_routes(const schema::Config& config, Flavor flavor, schema::Problems& problems);

// The same for one kind of traffic, keeping what does compile.
void compile_routes(const schema::Config& config, Flavor flavor, Traffic traffic, std::vector<Compiled>& matchers, schema::Problems& problems);

}  // namespace routing
