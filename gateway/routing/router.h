#pragma once
// The compiled router: which route takes a request. Every route becomes one or more matchers with a 64-bit rank; the highest rank that
// matches wins, equal ranks go to the greater id.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/routing/compile.h"
#include "gateway/routing/index.h"
#include "gateway/routing/match.h"
#include "gateway/routing/query.h"
#include "schema/problem.h"

namespace routing {

// How one way of a route (a route whose paths differ in length has several) fared with a query.
struct Explanation {
  const schema::Route* route = nullptr;
  bool matched = false;  // it is the winner; one at most
  bool fits = false;     // it would have taken the query too, had the winner not been tried before
  bool nearly = false;   // one thing alone is in the way: another method, host, header ... and it would fit
  std::string reason;  // why it did not win: "method: GET is not one of PUT", "expression: http.path == \"/x\" does not
                       // hold", "fits, but comes later: shorter path"
};

class Router {
 public:
  // What cannot be compiled is added to `errors` with the name of its route, and left out.
  Router(std::span<const schema::Route> routes, Flavor flavor, std::vector<std::string>& errors, Traffic traffic = Traffic::web);
  // The same, telling the places in the configuration's document as check_routes does.
  Router(const schema::Config& config, Flavor flavor, schema::Problems& problems, Traffic traffic = Traffic::web);
  ~Router();

  // Allocates nothing for classic routes, unless many regexes begin alike or one needs look-around.
  bool match(const Query& query, Match& match) const;
  // Every matcher in the order tried; those after the winner as well.
  std::vector<Explanation> explain(const Query& query) const;

 private:
  void build(std::vector<Compiled> compiled);

  std::vector<std::unique_ptr<const Matcher>> matchers_;  // highest rank first
  std::unique_ptr<const Index> index_;
};

}  // namespace routing
