// Finds the route of a method and a path below the API's base path.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edge/route.hpp"

namespace portal::edge {

inline constexpr std::string_view kBasePath = "/api/v1";

struct Match {
  const Route* route;
  PathValues path;
};
struct NoSuchPath {};
struct OtherMethods {
  std::string allow;  // the value of Allow
};

class Router {
 public:
  // Throws std::logic_error when two routes answer the same method and path.
  explicit Router(std::vector<Route> routes);

  // `path` is the whole path of the request. HEAD finds the route of GET.
  std::variant<Match, NoSuchPath, OtherMethods> find(http::Method method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace portal::edge
