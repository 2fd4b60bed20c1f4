#pragma once
// Paths and methods to handlers. Small and ours, because an API must tell "no such path" (404) from "not with this method" (405).

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/message.h"

namespace admin {

using Handler = std::function<Answer(const Request&)>;

class Routes {
 public:
  // `pattern`: "/services/{services}/routes"; a segment in braces stands for any one segment.
  void add(std::string_view method, std::string_view pattern, Handler handler);

  // Fills request.captures. HEAD is answered as GET (the caller drops the body), OPTIONS with 204 and the allowed methods.
  Answer answer(Request& request) const;

  std::vector<std::string> patterns() const;  // sorted

 private:
  struct Route {
    std::string pattern;
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, Handler>> methods;
  };
  const Route* find(Request& request) const;

  std::vector<Route> routes_;
};

}  // namespace admin
